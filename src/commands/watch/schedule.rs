//! When `--watch` logs in: arithmetic over two clocks, without a clock.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::api::back_off;

/// The longest wait, so that a clock step or a suspend of the machine is noticed within a minute.
const TICK: Duration = Duration::from_secs(10);
/// A larger difference between the clocks is a step or a suspend. Slewing does not reach it in the
/// 16 h between two renewals: at most 500 ppm, 29 s.
const LARGEST_SLEW: Duration = Duration::from_secs(30);
/// The first wait after a failed login. Each later wait is twice as long.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(300);

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The time of day, which steps.
    pub wall: Timestamp,
    /// The time since the start. It never steps, and may stop while the machine is suspended.
    pub uptime: Duration,
}

impl Reading {
    fn wall_since(self, earlier: Self) -> SignedDuration {
        self.wall.duration_since(earlier.wall)
    }

    fn uptime_since(self, earlier: Self) -> Duration {
        self.uptime.saturating_sub(earlier.uptime)
    }

    /// The smaller progress of the two clocks.
    fn least_since(self, earlier: Self) -> Duration {
        let wall = Duration::try_from(self.wall_since(earlier)).unwrap_or_default();
        wall.min(self.uptime_since(earlier))
    }

    /// The larger progress of the two clocks.
    fn most_since(self, earlier: Self) -> Duration {
        let wall = Duration::try_from(self.wall_since(earlier)).unwrap_or_default();
        wall.max(self.uptime_since(earlier))
    }

    /// Whether the clock stepped or the machine was suspended.
    pub fn stepped_since(self, earlier: Self) -> bool {
        let uptime = SignedDuration::try_from(self.uptime_since(earlier)).unwrap_or_default();
        let difference = self.wall_since(earlier).saturating_sub(uptime);
        difference.unsigned_abs() > LARGEST_SLEW
    }
}

/// The validity of a token when it is taken.
#[derive(Clone, Copy, Debug)]
pub struct Validity {
    /// By the clock of the server.
    pub expires_at: Timestamp,
    pub left: Duration,
    /// From the issue to the expiry. At least `left`.
    pub lifetime: Duration,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Wait(Duration),
    /// Log in, unless another process has stored a token that expires after this instant.
    LogIn {
        unless_expiring_after: Timestamp,
    },
}

/// The token in the file, and when to replace it.
#[derive(Debug)]
pub struct Schedule {
    renew_before: Option<Duration>,
    token: Validity,
    taken: Reading,
    /// The clocks agreed at this moment.
    agreed: Reading,
    /// The uptime of the next login.
    due: Duration,
    failures: u32,
}

impl Schedule {
    /// Begins with a token that may have been cached: a login can be due at once.
    pub fn new(token: Validity, renew_before: Option<Duration>, now: Reading, random: f64) -> Self {
        let due = now.uptime + wait_before_renewal(&token, renew_before, random);
        Self { renew_before, token, taken: now, agreed: now, due, failures: 0 }
    }

    /// Takes a new token. The next login comes no earlier than in half of the time that it has
    /// left: a server that returns old tokens must not be asked in a loop.
    pub fn renewed(&mut self, token: Validity, now: Reading, random: f64) {
        let wait = wait_before_renewal(&token, self.renew_before, random).max(token.left / 2);
        let due = now.uptime + wait.max(FIRST_RETRY);
        *self = Self { token, taken: now, agreed: now, due, failures: 0, ..*self };
    }

    /// Plans another try after an outage. Returns how long the token is still valid; `None` if it
    /// has expired.
    pub fn failed(&mut self, now: Reading, random: f64) -> Option<Duration> {
        let left = self.token.left.checked_sub(now.most_since(self.taken));
        let left = left.filter(|left| !left.is_zero())?;
        // The last try is made when the token expires.
        let wait = back_off(FIRST_RETRY, LONGEST_RETRY, self.failures, random);
        self.due = now.uptime + wait.min(left);
        self.failures += 1;
        Some(left)
    }

    /// Whether the last login failed.
    pub fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Makes a login due.
    pub fn hurry(&mut self) {
        self.due = Duration::ZERO;
    }

    pub fn next(&mut self, now: Reading) -> Step {
        if now.stepped_since(self.agreed) {
            self.agreed = now;
            self.hurry();
        }
        match self.due.checked_sub(now.uptime) {
            Some(wait) if !wait.is_zero() => Step::Wait(wait.min(TICK)),
            // A token that was issued in the second half of the time since the last renewal.
            _ => Step::LogIn {
                unless_expiring_after: self
                    .token
                    .expires_at
                    .checked_add(now.least_since(self.taken) / 2)
                    .unwrap_or(Timestamp::MAX),
            },
        }
    }
}

/// Until two thirds of the lifetime have passed, minus up to 5 % of it, so that many machines do
/// not log in together; or until `renew_before` is left, but at least half of the lifetime.
fn wait_before_renewal(token: &Validity, renew_before: Option<Duration>, random: f64) -> Duration {
    let margin = match renew_before {
        Some(renew_before) => renew_before.min(token.lifetime / 2),
        None => token.lifetime / 3 + token.lifetime.mul_f64(random.clamp(0.0, 1.0) * 0.05),
    };
    token.left.saturating_sub(margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;
    const DAY: u64 = 24 * HOUR;

    /// A machine, and a server whose tokens have this lifetime.
    struct World {
        now: Reading,
        lifetime: u64,
        schedule: Schedule,
        /// The uptimes of the logins.
        logins: Vec<u64>,
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn token(issued_at: i64, lifetime: u64, now: Reading) -> Validity {
        let expires_at = at(issued_at + lifetime as i64);
        let left = Duration::try_from(expires_at.duration_since(now.wall)).unwrap();
        Validity { expires_at, left, lifetime: Duration::from_secs(lifetime) }
    }

    fn reading(second: u64) -> Reading {
        Reading { wall: at(second as i64), uptime: Duration::from_secs(second) }
    }

    impl World {
        fn new(lifetime: u64, age: i64, renew_before: Option<u64>, random: f64) -> Self {
            let now = reading(0);
            let renew_before = renew_before.map(Duration::from_secs);
            let token = token(-age, lifetime, now);
            let schedule = Schedule::new(token, renew_before, now, random);
            Self { now, lifetime, schedule, logins: Vec::new() }
        }

        fn advance(&mut self, wait: Duration) {
            self.now.uptime += wait;
            self.now.wall += wait;
        }

        /// Runs for this many seconds with a server that succeeds in no time.
        fn run(&mut self, seconds: u64) -> &[u64] {
            let end = self.now.uptime + Duration::from_secs(seconds);
            while self.now.uptime < end {
                match self.schedule.next(self.now) {
                    Step::Wait(wait) => {
                        assert!(!wait.is_zero() && wait <= TICK);
                        self.advance(wait);
                    }
                    Step::LogIn { .. } => self.log_in(),
                }
            }
            &self.logins
        }

        fn log_in(&mut self) {
            let issued_at = self.now.wall.duration_since(at(0)).as_secs();
            self.logins.push(self.now.uptime.as_secs());
            let token =
                token(issued_at, self.lifetime, Reading { wall: at(issued_at), ..self.now });
            self.schedule.renewed(token, self.now, 0.0);
        }

        /// Fails every login until the schedule gives up. Returns the uptimes of the tries.
        fn fail(&mut self) -> Vec<u64> {
            let mut tries = Vec::new();
            loop {
                match self.schedule.next(self.now) {
                    Step::Wait(wait) => self.advance(wait),
                    Step::LogIn { .. } => {
                        tries.push(self.now.uptime.as_secs());
                        if self.schedule.failed(self.now, 0.0).is_none() {
                            return tries;
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn token_of_a_day_is_renewed_after_two_thirds() {
        let mut world = World::new(DAY, 0, None, 0.0);
        assert_eq!(world.run(3 * DAY), [16 * HOUR, 32 * HOUR, 48 * HOUR, 64 * HOUR]);
        let mut early = World::new(DAY, 0, None, 1.0);
        assert_eq!(early.run(16 * HOUR), [16 * HOUR - DAY / 20]);
    }

    #[test]
    fn age_of_a_cached_token_counts() {
        let hours = |age| World::new(DAY, age * HOUR as i64, None, 0.0).run(DAY)[0] / HOUR;
        assert_eq!([0, 1, 15, 16, 20].map(hours), [16, 15, 1, 0, 0]);
    }

    #[test]
    fn margin_can_be_chosen_up_to_half_of_the_lifetime() {
        let hours = |margin| World::new(DAY, 0, Some(margin * HOUR), 1.0).run(DAY)[0] / HOUR;
        assert_eq!([1, 8, 12, 13, 48].map(hours), [23, 16, 12, 12, 12]);
    }

    #[test]
    fn server_that_returns_an_old_token_is_not_asked_in_a_loop() {
        let mut world = World::new(DAY, 20 * HOUR as i64, None, 0.0);
        let mut logins = 0;
        while world.now.uptime < Duration::from_secs(4 * HOUR) {
            match world.schedule.next(world.now) {
                Step::Wait(wait) => world.advance(wait),
                Step::LogIn { .. } => {
                    logins += 1;
                    let same = token(-20 * HOUR as i64, DAY, world.now);
                    world.schedule.renewed(same, world.now, 0.0);
                }
            }
        }
        // The time left is halved each time.
        assert!((14..=17).contains(&logins), "{logins}");
    }

    #[test]
    fn tokens_of_seconds_are_renewed_at_most_each_second() {
        assert_eq!(World::new(9, 0, None, 0.0).run(30), [6, 12, 18, 24]);
        assert_eq!(World::new(1, 0, None, 0.0).run(4).len(), 4);
    }

    #[test]
    fn outage_is_outlasted_until_the_token_expires() {
        let mut world = World::new(DAY, 0, None, 0.0);
        let tries = world.fail();
        let since: Vec<u64> = tries.iter().map(|at| at - 16 * HOUR).collect();
        assert_eq!(since[..11], [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811]);
        assert_eq!(tries.last(), Some(&DAY));
        assert!(tries.windows(2).all(|pair| pair[1] - pair[0] <= 300));
    }

    #[test]
    fn waits_start_again_after_an_outage() {
        let mut world = World::new(DAY, 0, None, 0.0);
        world.advance(Duration::from_secs(16 * HOUR));
        for _ in 0..20 {
            world.schedule.failed(world.now, 0.0).unwrap();
        }
        assert!(world.schedule.is_failing());
        world.log_in();
        assert!(!world.schedule.is_failing());
    }

    #[test]
    fn clock_step_and_suspend_cause_one_login() {
        for step in [-7 * 86_400, -3600, -31, 31, 3600, 7 * 86_400] {
            let mut world = World::new(DAY, 0, None, 0.0);
            assert!(world.run(HOUR).is_empty());
            world.now.wall += SignedDuration::from_secs(step);
            let logins = world.run(HOUR).to_vec();
            assert_eq!(logins.len(), 1, "{step}");
            assert!(logins[0] - HOUR < 60);
        }
    }

    #[test]
    fn slewed_clock_causes_no_login() {
        let mut world = World::new(DAY, 0, None, 0.0);
        while world.now.uptime < Duration::from_secs(15 * HOUR) {
            let Step::Wait(wait) = world.schedule.next(world.now) else { panic!() };
            world.advance(wait);
            world.now.wall += wait.mul_f64(0.0005);
        }
    }

    #[test]
    fn step_during_an_outage_causes_one_try_at_once() {
        let mut world = World::new(DAY, 0, None, 0.0);
        world.now.wall += SignedDuration::from_hours(1);
        assert!(matches!(world.schedule.next(world.now), Step::LogIn { .. }));
        world.schedule.failed(world.now, 0.0).unwrap();
        assert_eq!(world.schedule.next(world.now), Step::Wait(Duration::from_secs(1)));
    }

    #[test]
    fn token_has_expired_when_either_clock_says_so() {
        let left = |wall: i64, uptime: u64| {
            let mut world = World::new(DAY, 0, None, 0.0);
            let now = Reading { wall: at(wall), uptime: Duration::from_secs(uptime) };
            world.schedule.failed(now, 0.0).map(|left| left.as_secs())
        };
        assert_eq!(left(HOUR as i64, HOUR), Some(DAY - HOUR));
        assert_eq!(left(-5, HOUR), Some(DAY - HOUR));
        assert_eq!(left(DAY as i64 - 1, HOUR), Some(1));
        assert_eq!(left(DAY as i64, HOUR), None);
        assert_eq!(left(0, DAY), None);
    }

    #[test]
    fn token_of_another_process_is_taken_if_it_is_from_the_second_half() {
        let mut world = World::new(DAY, 0, None, 0.0);
        world.advance(Duration::from_secs(16 * HOUR));
        let unless_expiring_after = at((DAY + 8 * HOUR) as i64);
        assert_eq!(world.schedule.next(world.now), Step::LogIn { unless_expiring_after });
    }

    #[test]
    fn order_makes_a_login_due() {
        let mut world = World::new(DAY, 0, None, 0.0);
        world.schedule.hurry();
        assert!(matches!(world.schedule.next(world.now), Step::LogIn { .. }));
    }
}
