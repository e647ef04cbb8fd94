#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// How a command ended and what it wrote.
struct CommandResult {
    /// As `waitpid` gives it.
    var status: Int32 = 0
    /// What it wrote to standard output.
    var output: [UInt8] = []
    /// The last of what it wrote to standard error.
    var errors: [UInt8] = []
}

/// A shell's command in a session of its own: it gets no signal of our terminal, and can be ended with all it started.
///
/// Not by Subprocess, which is asynchronous; a connection is made, and made anew, by code that is not.
final class CommandProcess {
    /// How much it may print: a token has a few thousand bytes.
    static let outputLimit = 65_536
    /// By this name the shell calls itself in its own messages.
    static let shellName = "sh"
    private static let errorsKept = 4096

    /// The shell could not be started.
    struct CannotStart: Error {
        let reason: String
    }

    private let pid: pid_t
    private var result = CommandResult()
    /// Our ends of its standard output and standard error; nil once it has closed them.
    private var output: Int32?
    private var errors: Int32?
    private var isReaped = false

    /// Whether it prints without end.
    var hasWrittenTooMuch: Bool { result.output.count > Self.outputLimit }

    /// Starts a command, with our environment and nothing to read.
    ///
    /// - Throws: `CannotStart`.
    init(shell: String, command: String) throws {
        let ends = [try Self.makePipe(), try Self.makePipe()]
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { for descriptor in ends.map(\.write) + [null] { close(descriptor) } }
        do {
            pid = try Self.spawn(shell, [Self.shellName, "-c", command], [null] + ends.map(\.write))
        } catch {
            for end in ends { close(end.read) }
            throw error
        }
        (output, errors) = (ends[0].read, ends[1].read)
    }

    deinit { end() }

    /// Takes what it has written, and waits for more for a twentieth of a second at most.
    ///
    /// - Returns: whether it has ended, though what it started may not.
    func collect() -> Bool {
        var waiting = [output, errors].map { pollfd(fd: $0 ?? -1, events: Int16(POLLIN), revents: 0) }
        let isQuiet = waiting.allSatisfy { $0.fd < 0 }
        // A program that has closed its outputs is about to end.
        _ = poll(&waiting, nfds_t(waiting.count), isQuiet ? 2 : 50)
        drain()
        guard hasExited else { return false }
        drain()
        return true
    }

    /// Ends it and all that it has started, where they have not ended, and lets go of it.
    @discardableResult
    func end() -> CommandResult {
        guard !isReaped else { return result }
        // Not reaped yet, it still has its number, and so has its group: no other process can be meant.
        if !hasExited {
            kill(-pid, SIGTERM)
            for _ in 0..<60 where !hasExited {
                drain()
                usleep(5000)
            }
        }
        kill(-pid, SIGKILL)
        while waitpid(pid, &result.status, 0) < 0 && errno == EINTR {}
        isReaped = true
        for descriptor in [output, errors].compactMap({ $0 }) { close(descriptor) }
        (output, errors) = (nil, nil)
        return result
    }

    /// Whether the shell has ended; it stays to be reaped.
    private var hasExited: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
    }

    private func drain() {
        Self.drain(&output, into: &result.output, limit: Self.outputLimit + 1)
        Self.drain(&errors, into: &result.errors, limit: Int.max)
        if result.errors.count > Self.errorsKept { result.errors.removeFirst(result.errors.count - Self.errorsKept) }
    }

    /// Reads what is there without waiting; closes a pipe that has come to its end.
    private static func drain(_ descriptor: inout Int32?, into bytes: inout [UInt8], limit: Int) {
        guard let open = descriptor else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        // So often at most, that a program which never stops writing is looked after too.
        for _ in 0..<64 {
            guard bytes.count < limit else { return }
            let count = read(open, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count < 0 && (errno == EAGAIN || errno == EINTR) {
                return
            } else {
                close(open)
                descriptor = nil
                return
            }
        }
    }

    // MARK: - Starting

    /// POSIX_SPAWN_SETSID, which the headers of Linux show to those only who ask for all of GNU.
    #if canImport(Darwin)
        private static let newSession: Int32 = 0x400
    #else
        private static let newSession: Int32 = 0x80
    #endif

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CannotStart(reason: String(cString: strerror(errno))) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return (ends[0], ends[1])
    }

    private static func spawn(_ path: String, _ arguments: [String], _ descriptors: [Int32]) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
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
        // Signals that the job ignores or holds back are the command's as usual.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | newSession
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, path, &actions, &attributes, &words, environ)
        guard code == 0 else { throw CannotStart(reason: String(cString: strerror(code))) }
        return pid
    }
}
