// Presses Ctrl-C on the console that it shares with a program: the API of Windows for it needs
// `unsafe` in Rust. tests/it/windows.rs starts it with a console of its own.
//
// usage: console run COMMAND…     presses Ctrl-C when standard input ends
//        console prompt COMMAND…  answers a first prompt, and presses Ctrl-C at a hidden one
//        console wait FILE        creates FILE and exits with 300, some time after Ctrl-C
// `run` and `prompt` exit with the code of the command.
#include <stdio.h>
#include <string.h>
#include <windows.h>

static volatile LONG pressed;

static BOOL WINAPI on_event(DWORD event) {
    pressed = 1;
    return TRUE;
}

static int wait_for_event(const char *path) {
    CloseHandle(CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    for (int i = 0; i < 3000 && !pressed; i++) Sleep(10);
    // Longer than a caller needs that ends at Ctrl-C too, instead of waiting.
    Sleep(500);
    printf(pressed ? "Ctrl-C\n" : "nothing\n");
    return 300;
}

static void type(HANDLE console, const char *text) {
    for (; *text; text++) {
        INPUT_RECORD record = {.EventType = KEY_EVENT};
        record.Event.KeyEvent.wRepeatCount = 1;
        record.Event.KeyEvent.uChar.UnicodeChar = *text;
        record.Event.KeyEvent.wVirtualKeyCode = *text == '\r' ? VK_RETURN : 0;
        for (int down = 1; down >= 0; down--) {
            DWORD written;
            record.Event.KeyEvent.bKeyDown = down;
            WriteConsoleInputW(console, &record, 1, &written);
        }
    }
}

static DWORD mode_of(HANDLE console) {
    DWORD mode = 0;
    GetConsoleMode(console, &mode);
    return mode;
}

int main(int argc, char **argv) {
    // A parent may have switched Ctrl-C off for its children.
    SetConsoleCtrlHandler(NULL, FALSE);
    SetConsoleCtrlHandler(on_event, TRUE);
    if (!strcmp(argv[1], "wait")) return wait_for_event(argv[2]);

    int is_prompt = !strcmp(argv[1], "prompt");
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    DWORD access = GENERIC_READ | GENERIC_WRITE, share = FILE_SHARE_READ | FILE_SHARE_WRITE;
    HANDLE keyboard = CreateFileA("CONIN$", access, share, &inherited, OPEN_EXISTING, 0, NULL);
    HANDLE screen = CreateFileA("CONOUT$", access, share, &inherited, OPEN_EXISTING, 0, NULL);
    HANDLE null = CreateFileA("NUL", access, share, &inherited, OPEN_EXISTING, 0, NULL);
    DWORD before = mode_of(keyboard);

    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    startup.hStdInput = is_prompt ? keyboard : null;
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = is_prompt ? screen : GetStdHandle(STD_ERROR_HANDLE);
    PROCESS_INFORMATION process;
    // The command line as it was written, behind the first argument.
    wchar_t *command = wcsstr(GetCommandLineW(), is_prompt ? L"prompt" : L"run");
    command += wcscspn(command, L" ");
    command += wcsspn(command, L" ");
    if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) {
        printf("error %lu\n", GetLastError());
        return 1;
    }

    if (is_prompt) {
        type(keyboard, "an-id\r");
        for (int i = 0; i < 3000 && mode_of(keyboard) & ENABLE_ECHO_INPUT; i++) Sleep(10);
        printf(mode_of(keyboard) & ENABLE_ECHO_INPUT ? "never hidden\n" : "hidden\n");
        type(keyboard, "sec");
    } else {
        while (getchar() != EOF) {}
    }
    GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
    // A key ends the read too, but an event does so under Wine alone.
    if (is_prompt) type(keyboard, "\r");
    DWORD code = 1;
    if (WaitForSingleObject(process.hProcess, 30000) == WAIT_OBJECT_0) {
        GetExitCodeProcess(process.hProcess, &code);
    } else {
        TerminateProcess(process.hProcess, 1);
        printf("still running\n");
    }
    if (is_prompt) printf(mode_of(keyboard) == before ? "restored\n" : "changed\n");
    return code;
}
