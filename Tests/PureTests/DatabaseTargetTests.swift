@testable import ETLCore
import PostgresClient
import Testing

/// Which database is used, and what its errors mean.
@Suite struct DatabaseTargetTests {
    static func choose(
        _ url: String? = nil, local: Bool = false, _ environment: [String: String] = [:], terminal: Bool = false
    ) throws -> String {
        let target = try DatabaseTarget.choose(
            url: url, isLocal: local, environment: environment, folder: "/nonexistent", isTerminal: terminal)
        return switch target {
        case .named(let text): "named:\(text)"
        case .privateServer: "private"
        }
    }

    @Test func theCommandLineComesBeforeTheEnvironment() throws {
        let environment = ["DATABASE_URL": "env", "PGHOST": "pg"]
        #expect(try Self.choose("flag", environment) == "named:flag")
        #expect(try Self.choose(local: true, environment) == "private")
        #expect(try Self.choose(environment, terminal: true) == "named:env")
        #expect(try Self.choose(["PGHOST": "pg", "DATABASE_URL": ""]) == "named:")
        #expect(try Self.choose(["PGSERVICE": "s"]) == "named:")
        #expect(try Self.choose(terminal: true) == "private")
    }

    @Test func aCronLineWithoutASettingGetsNoThrowAwayDatabase() {
        let error = #expect(throws: JobError.self) { try Self.choose() }
        #expect(error?.exitCode == .configuration)
    }

    private static func choose(_ environment: [String: String], terminal: Bool = false) throws -> String {
        try choose(nil, environment, terminal: terminal)
    }

    @Test(arguments: [
        ("42501", ExitCode.configuration), ("42P01", .configuration), ("53100", .unavailable), ("53300", .tryAgain),
        ("40001", .tryAgain), ("40P01", .tryAgain), ("55P03", .tryAgain), ("57014", .tryAgain), ("57P01", .tryAgain),
        ("25006", .tryAgain), ("08006", .tryAgain), ("XX000", .defect), ("22P02", .defect),
    ])
    func sqlStatesDecideTheExitCode(sqlState: String, expected: ExitCode) {
        var error = PostgresError(.statementFailed, message: "refused")
        error.sqlState = sqlState
        #expect(JobError(error).exitCode == expected)
    }

    @Test func theKindOfFailureDecidesToo() {
        #expect(JobError(PostgresError(.cannotConnect, message: "")).exitCode == .unavailable)
        #expect(JobError(PostgresError(.connectionLost, message: "")).exitCode == .tryAgain)
        #expect(JobError(PostgresError(.commitInDoubt, message: "")).exitCode == .tryAgain)
        #expect(JobError(PostgresError(.unexpectedResult, message: "")).exitCode == .defect)
        #expect(JobError(PostgresError(.invalidConnectionString, message: "")).exitCode == .configuration)
    }

    @Test func theExcerptPointsAtThePlace() {
        var error = PostgresError(
            .statementFailed, message: "m", statement: Statement(name: "s", sql: "-- title\nselect\n  wrong, 1"))
        error.position = 19
        #expect(error.excerpt == "line 3:   wrong, 1\n          ^")
    }
}
