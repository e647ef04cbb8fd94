import Testing

@testable import ETLCore
@testable import PostgresClient

/// What is tried again, when, and for how long.
@Suite struct RetryTests {
    @Test(arguments: [1, 2, 5, 8, 30, 120, 600, 86_400])
    func limitsAreShorterThanTheTimeForTryingAgain(seconds: Int) throws {
        let limits = TimeLimits(retryFor: .seconds(seconds), lockWait: .zero)
        #expect(limits.statement < limits.retryFor && limits.statement > .zero)
        let answer = try #require(limits.answer)
        // A server that keeps its own limits is never taken for lost.
        #expect(answer > limits.statement)
        if seconds >= 8 { #expect(answer < limits.retryFor && limits.deadPeer < limits.retryFor) }
        #expect(limits.keepaliveIdle >= .seconds(1) && limits.keepaliveInterval >= .seconds(1))
    }

    @Test func waitingForALockIsNotTakenForSilence() throws {
        let limits = TimeLimits(retryFor: .seconds(10), lockWait: .seconds(300))
        #expect(try #require(limits.answerToLock) > .seconds(300))
        #expect(try #require(limits.answer) < .seconds(10))
        // A table's lock ends the statement before its own limit does, and the message names who holds it.
        #expect(limits.tableLockWait <= limits.statement)
        #expect(TimeLimits().answer == nil)
    }

    @Test func pausesGrowDifferAndEnd() throws {
        #expect(Retries(for: .zero).nextPause() == nil)
        let retries = Retries(for: .seconds(3600))
        let pauses = try (0..<12).map { _ in try #require(retries.nextPause()).seconds }
        for (count, pause) in pauses.enumerated() {
            let ceiling = min(0.1 * Double(1 << count), 5)
            #expect(pause <= ceiling && pause >= ceiling / 2)
        }
        #expect(Set(pauses).count == pauses.count)
        retries.reset()
        #expect(try #require(retries.nextPause()) <= .milliseconds(100))
        let brief = Retries(for: .milliseconds(30))
        #expect(try #require(brief.nextPause()) <= .milliseconds(30))
    }

    @Test(arguments: [
        ("57P01", true), ("57P02", true), ("57P03", true), ("25006", true), ("40001", true), ("40P01", true),
        ("53300", true), ("08006", true), ("55P03", false), ("57014", false), ("53100", false), ("42501", false),
        ("23505", false), ("28P01", false),
    ])
    func theSQLSTATEDecides(sqlState: String, isRetryable: Bool) {
        for kind in [PostgresError.Kind.statementFailed, .cannotConnect] {
            var error = PostgresError(kind, message: "server is starting up, try again, deadlock")
            #expect(!error.isRetryable)
            error.sqlState = sqlState
            #expect(error.isRetryable == isRetryable)
        }
    }

    @Test func theStateOfTheConnectionDecides() {
        #expect(PostgresError(.connectionLost, message: "").isRetryable)
        #expect(PostgresError(.noWritableServer, message: "").isRetryable)
        for kind in [PostgresError.Kind.commitInDoubt, .unreachable, .invalidConnectionString, .unexpectedResult] {
            #expect(!PostgresError(kind, message: "").isRetryable)
        }
    }

    @Test func aRefusalTellsItsSQLSTATEAndReadsAsUsual() {
        let refusal = ConnectMessage(
            """
            connection to server at "10.0.0.1", port 5432 failed: FATAL:  57P03: the database system is starting up
            LOCATION:  ProcessStartupPacket, postmaster.c:2369
            connection to server at "10.0.0.2", port 5432 failed: FATAL:  28P01: password authentication failed for user "a"
            LOCATION:  auth_failed, auth.c:330
            connection to server at "10.0.0.3", port 5432 failed: Connection refused
            """)
        #expect(refusal.sqlStates == ["57P03", "28P01"])
        #expect(
            refusal.message == """
                connection to server at "10.0.0.1", port 5432 failed: FATAL:  the database system is starting up
                connection to server at "10.0.0.2", port 5432 failed: FATAL:  password authentication failed for user "a"
                connection to server at "10.0.0.3", port 5432 failed: Connection refused
                """)
    }
}
