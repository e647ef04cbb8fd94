import Foundation
import PostgresClient
import Testing
import TestSupport

@testable import ETLCore

/// The command that prints a password, run by itself.
@Suite struct PasswordCommandTests {
    private static func failure(_ command: PasswordCommand, _ check: () throws -> Void = {}) throws -> PostgresError {
        do {
            _ = try command.password(check: check)
            throw HarnessError("no failure")
        } catch let error as PostgresError {
            return error
        }
    }

    private static let lines: [(String, String)] = [
        ("printf 'a b'", "a b"), ("printf 'a\\r\\nb\\n'", "a"), ("echo ' é '", " é "), ("printf 'a\\n\\n'", "a"),
        ("printf a; exec >&- 2>&-; sleep 0.1", "a"),
        ("echo \"$PATH\"", ProcessInfo.processInfo.environment["PATH"] ?? ""),
        ("head -c 60000 /dev/zero | tr '\\0' x", String(repeating: "x", count: 60000)),
    ]

    @Test(arguments: lines)
    func theFirstLineIsThePassword(text: String, password: String) throws {
        #expect(try PasswordCommand(text, origin: "test").password() == password)
    }

    @Test func signalsAreItsOwnAsUsual() throws {
        let before = signal(SIGTERM, SIG_IGN)
        defer { signal(SIGTERM, before) }
        let failure = try Self.failure(PasswordCommand("kill -TERM $$; echo still", origin: "test"))
        #expect(failure.message == "the password command (test) was ended by signal 15")
        #expect(failure.kind == .noPassword && failure.isConnectionGone && !failure.isRetryable)
    }

    @Test func isStoppedWhenItTakesTooLong() throws {
        var command = PasswordCommand("echo slow >&2; sleep 60", origin: "test")
        command.timeLimit = .milliseconds(300)
        let start = ContinuousClock.now
        let failure = try Self.failure(command)
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(failure.message.hasPrefix("the password command (test) had not ended after 0 s, and was stopped"))
        #expect(failure.message.hasSuffix("it wrote:\n  slow"))
    }

    @Test func isStoppedWhenTheJobIs() throws {
        let interruption = Interruption()
        interruption.interrupt(signal: 15)
        #expect(throws: Interrupted.self) {
            try PasswordCommand("sleep 60", origin: "test").password(check: interruption.check)
        }
    }

    @Test func aMillionLinesOfErrorsDoNoHarm() throws {
        let failure = try Self.failure(PasswordCommand("seq 1000000 >&2; exit 4", origin: "test"))
        #expect(failure.message.hasSuffix("  999999\n  1000000") && failure.message.utf8.count < 500)
    }

    @Test func leavesNoDescriptorsOpen() throws {
        #if os(Linux)
            func count() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
            let command = PasswordCommand("echo a", origin: "test")
            _ = try command.password()
            let before = try count()
            for _ in 0..<50 { _ = try command.password() }
            // Other tests open and close files meanwhile.
            #expect(try count() < before + 50)
        #endif
    }
}
