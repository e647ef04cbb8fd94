public import Foundation
import Synchronization

/// A program that runs beside the tests: signalled by its own process id only, and never after its end.
public final class RunningProgram: Sendable {
    /// What the program reads.
    public enum Input: Sendable {
        /// A text, then the end.
        case text(String)
        /// A pipe that the test writes to by `write` and ends by `endInput`.
        case pipe
        /// A terminal, which is its standard output and standard error as well.
        case terminal
    }

    private struct State {
        var status: Int32?
        var inputEnd: Int32?
        var screen: Int32?
        var shown: [UInt8] = []
    }

    /// The process id.
    public let pid: pid_t
    private let files: String
    private let state: Mutex<State>

    /// Starts a program.
    public init(
        _ path: String, _ arguments: [String], variables: [String: String], folder: String, input: Input
    ) throws {
        let files = try temporaryFolder()
        self.files = files
        var state = State()
        var childEnds: [Int32] = []
        defer { for descriptor in Set(childEnds) { close(descriptor) } }
        func output(_ name: String) throws -> Int32 { try Self.openFile("\(files)/\(name)", O_WRONLY | O_CREAT) }
        switch input {
        case .text(let text):
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(files)/input"))
            childEnds.append(try Self.openFile("\(files)/input", O_RDONLY))
            childEnds += [try output("output"), try output("errors")]
        case .pipe:
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw HarnessError("no pipe: \(errno)") }
            closeOnExec(ends[0])
            closeOnExec(ends[1])
            state.inputEnd = ends[1]
            childEnds += [ends[0], try output("output"), try output("errors")]
        case .terminal:
            let (screen, terminal) = try Self.openTerminal()
            state.screen = screen
            childEnds += [terminal, terminal, terminal]
        }
        pid = try Self.spawn(path, arguments, variables: variables, folder: folder, descriptors: childEnds)
        self.state = Mutex(state)
    }

    deinit {
        signal(SIGKILL)
        while status() == nil { usleep(1000) }
        endInput()
        if let screen = state.withLock({ $0.screen }) { close(screen) }
        try? FileManager.default.removeItem(atPath: files)
    }

    /// Sends a signal, where the program has not ended.
    public func signal(_ number: Int32) {
        state.withLock { if $0.status == nil { kill(pid, number) } }
    }

    /// Whether the program has not ended.
    public var isRunning: Bool { status() == nil }

    /// Writes to the program's standard input, which is a pipe.
    public func write(_ text: String) throws {
        guard let descriptor = state.withLock({ $0.inputEnd }) else { throw HarnessError("there is no pipe") }
        guard sendAll(descriptor, Array(text.utf8)) else { throw HarnessError("the pipe is broken") }
    }

    /// Ends the program's standard input.
    public func endInput() {
        state.withLock { state in
            if let descriptor = state.inputEnd { close(descriptor) }
            state.inputEnd = nil
        }
    }

    /// What the program has written to standard error so far.
    public var errors: String { text("errors") }

    /// What the program has shown on its terminal so far.
    public func screen() -> String {
        state.withLock { state in
            guard let screen = state.screen else { return "" }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(screen, &buffer, buffer.count)
                guard count > 0 else { return String(decoding: state.shown, as: UTF8.self) }
                state.shown += buffer[..<count]
            }
        }
    }

    /// Waits for the end, which must come in time.
    ///
    /// - Throws: `HarnessError` where the program does not end; it is killed then.
    public func outcome(within seconds: Double = 300) async throws -> Program.Outcome {
        let deadline = ContinuousClock.now + .milliseconds(Int64(seconds * 1000))
        while true {
            if let status = status() {
                let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 1000 + (status & 0x7f)
                let screen = screen()
                return Program.Outcome(
                    code: code, output: screen.isEmpty ? text("output") : screen, errors: text("errors"))
            }
            guard ContinuousClock.now < deadline else {
                signal(SIGKILL)
                throw HarnessError("the program did not end within \(seconds) s; it had written: \(errors)")
            }
            _ = screen()
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The status of the ended program; nil while it runs.
    private func status() -> Int32? {
        state.withLock { state in
            if state.status == nil {
                var status: Int32 = 0
                if waitpid(pid, &status, WNOHANG) == pid { state.status = status }
            }
            return state.status
        }
    }

    private func text(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: "\(files)/\(name)"))) ?? Data(), as: UTF8.self)
    }
}

extension RunningProgram {
    private static func openFile(_ path: String, _ flags: Int32) throws -> Int32 {
        let descriptor = open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw HarnessError("cannot open \(path): \(errno)") }
        return descriptor
    }

    private static func openTerminal() throws -> (screen: Int32, terminal: Int32) {
        #if os(Linux)
            let screen = try openFile("/dev/ptmx", O_RDWR | O_NOCTTY)
            var isLocked: Int32 = 0
            var number: Int32 = 0
            let tiocsptlck: UInt = 0x4004_5431
            let tiocgptn: UInt = 0x8004_5430
            guard ioctl(screen, tiocsptlck, &isLocked) == 0, ioctl(screen, tiocgptn, &number) == 0 else {
                throw HarnessError("no pseudo-terminal: \(errno)")
            }
            let name = "/dev/pts/\(number)"
        #else
            let screen = posix_openpt(O_RDWR | O_NOCTTY)
            guard screen >= 0, grantpt(screen) == 0, unlockpt(screen) == 0, let text = ptsname(screen) else {
                throw HarnessError("no pseudo-terminal: \(errno)")
            }
            let name = String(cString: text)
            closeOnExec(screen)
        #endif
        _ = fcntl(screen, F_SETFL, fcntl(screen, F_GETFL) | O_NONBLOCK)
        return (screen, try openFile(name, O_RDWR | O_NOCTTY))
    }

    /// Starts a process with three descriptors as its streams and the signals as they are by default.
    private static func spawn(
        _ path: String, _ arguments: [String], variables: [String: String], folder: String, descriptors: [Int32]
    ) throws -> pid_t {
        #if os(Linux)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (number, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // A process cannot be spawned into another folder everywhere; the shell becomes the program.
        let shell = "/bin/sh"
        let command = [shell, "-c", #"cd "$0" && exec "$@""#, folder, path] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + settings { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, shell, &actions, &attributes, &words, &settings)
        guard code == 0 else { throw HarnessError("cannot start \(path): \(String(cString: strerror(code)))") }
        return pid
    }
}

/// Whether a process is at work: one that has ended, and waits for somebody to take notice, is not.
public func isRunning(_ pid: pid_t) -> Bool {
    guard kill(pid, 0) == 0 else { return false }
    let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    return state?.contains(") Z ") != true
}
