import Foundation
import PostgresClient
import Testing
import TestSupport

/// `--password-command`: what the program does with it and with its failures, and that nobody gets to see the password.
@Suite struct PasswordCommandTests {
    /// A database whose server asks `keyholder` for a password, and a file that holds one.
    private static func site(_ password: String) async throws -> (database: TestDatabase, url: String, file: String) {
        try await PasswordTests.role.value
        let database = try await TestDatabase()
        try database.write(ExitCodeTests.assets(0), batch: 0)
        let file = "\(database.folder)/token"
        try Data("\(password)\r\nsecond line s3cret\n".utf8).write(to: URL(fileURLWithPath: file))
        return (database, PasswordTests.named(database, password: nil), file)
    }

    private static let codes: [(String, Int32)] = [(PasswordTests.right, 0), (PasswordTests.wrong, 69)]

    @Test(arguments: codes)
    func isInNoOutcomeOfAnyCommand(password: String, code: Int32) async throws {
        let (database, url, file) = try await Self.site(password)
        let command = "printf 'noise s3cret\\n' >&2; cat '\(file)'"
        let ways: [([String: String], [String])] = [
            (["DATABASE_URL": url], ["--password-command", command]),
            (["DATABASE_URL": url, "ETL_PASSWORD_COMMAND": command], []),
            // It wins over every other one.
            (
                [
                    "DATABASE_URL": url + " password=s3cret-x", "PGPASSWORD": "s3cret-y",
                    "ETL_PASSWORD_COMMAND": "false",
                ],
                ["--password-command", command]
            ),
        ]
        for (environment, option) in ways {
            let program = Program(folder: database.folder, environment: environment)
            for (number, arguments) in [
                ["doctor"], ["run", "."], ["status"], ["drift", "pin", "--show"], ["migrate"], ["report"], ["verify"],
            ].enumerated() {
                let outcome = try await program.run(arguments + option + talkativeLogs[number % 2])
                #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
                outcome.expectNothing(of: PasswordTests.marks, "\(arguments)")
                if arguments == ["doctor"] && code == 0 {
                    #expect(outcome.output.contains("keyholder, by the password of a command"), "\(outcome.output)")
                }
            }
        }
    }

    /// What goes wrong is said, and to be mended: 78, with the command's own words where these hold no secret.
    private static let failures: [(String, String)] = [
        ("echo it is locked >&2; exit 3", "failed with exit code 3; it wrote:\n  it is locked"),
        ("echo s3cret; echo not s3cret >&2; exit 1", "not ***"),
        ("my-s3cret", "exit code 127: a program that it names was not found"), ("echo 's3cret", "exit code 2"),
        ("set -x; false s3cret", "exit code 1; it wrote:\n  + "), ("kill -9 $$", "was ended by signal 9"),
        ("true", "printed no password"), ("echo; echo s3cret", "printed no password"),
        ("yes s3cret", "printed more than 65536 bytes"), ("printf 's3cret\\000more\\n'", "no UTF-8 text"),
        ("printf 's3cret\\377\\n'", "no UTF-8 text"), ("/s3cret", "exit code 127"),
        ("echo 'https://h/?X-Amz-Signature=s3cret&x' >&2; exit 1", "X-Amz-Signature=***&x"),
        ("echo password=s3cret >&2; exit 1", "password=***"),
    ]

    @Test(arguments: failures) func failureIs78(command: String, words: String) async throws {
        let folder = try temporaryFolder()
        let ways: [([String: String], [String], String)] = [
            (["ETL_PASSWORD_COMMAND": command], [], "ETL_PASSWORD_COMMAND"),
            ([:], ["--password-command", command], "--password-command"),
        ]
        for (environment, option, origin) in ways {
            let program = Program(
                folder: folder,
                environment: environment.merging(["DATABASE_URL": "host=127.0.0.1 port=1"]) { old, _ in old })
            let text = try await program.run(["run", folder, "--log-level", "debug"] + option)
            #expect(text.code == 78 && text.errors.contains("the password command (\(origin))"), "\(text.errors)")
            #expect(text.errors.contains(words) && text.errors.contains("Run the command by hand"), "\(text.errors)")
            text.expectNothing(of: PasswordTests.marks, command)
            let json = try await program.run(["status", "--log-format", "json"] + option)
            #expect(json.code == 78)
            json.expectNothing(of: PasswordTests.marks, command)
            #expect(try json.events("command_finished").count == 1)
        }
    }

    @Test func getsNoInputAndMayLeaveSomethingRunning() async throws {
        let (database, url, file) = try await Self.site(PasswordTests.right)
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": url])
        let left = "\(database.folder)/left"
        let command = "cat; sleep 60 & echo $! > '\(left)'; cat '\(file)'"
        let batch = try String(contentsOfFile: "\(database.folder)/batch_0.json", encoding: .utf8)
        let start = ContinuousClock.now
        let outcome = try await program.run(
            ["run", "-", "--batch-id", "0", "--password-command", command], input: batch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(start.duration(to: .now) < .seconds(30))
        #expect(try database.value("select read_count from batches") == "6")
        let text = try String(contentsOfFile: left, encoding: .utf8)
        let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        for _ in 0..<200 where isRunning(pid) { try await Task.sleep(for: .milliseconds(50)) }
        #expect(!isRunning(pid), "what the command left running still runs")
    }

    @Test func aSourceDatabaseHasOneOfItsOwn() async throws {
        let (source, url, file) = try await Self.site(PasswordTests.right)
        try source.connection.script(
            "create table predictions as select '\(ulid(1))' as id, 0.5 as score, 'food' as industry, 0 as batch")
        let database = try await TestDatabase()
        let query = "\(database.folder)/rows.sql"
        try Data("select id, score, industry from predictions where batch = $1".utf8).write(
            to: URL(fileURLWithPath: query))
        let arguments = ["run", "--source-query", query, "--batch-id", "0"] + talkativeLogs[0]
        var program = Program(
            folder: database.folder,
            environment: [
                "DATABASE_URL": database.connectionString, "ETL_SOURCE_URL": url, "PGPASSWORD": PasswordTests.right,
                "ETL_PASSWORD_COMMAND": "cat '\(file)'",
            ])
        // The job's own password is not the source's.
        let without = try await program.run(arguments)
        #expect(without.code == 69 && without.errors.contains("Source database"), "\(without.errors)")
        program.environment["ETL_SOURCE_PASSWORD_COMMAND"] = "echo locked >&2; exit 3"
        let failed = try await program.run(arguments)
        #expect(
            failed.code == 78 && failed.errors.contains("(ETL_SOURCE_PASSWORD_COMMAND) failed with exit code 3"),
            "\(failed.errors)")
        let right = try await program.run(arguments + ["--source-password-command", "cat '\(file)'"])
        #expect(right.code == 0, "\(right.errors)")
        for outcome in [without, failed, right] { outcome.expectNothing(of: PasswordTests.marks, "source") }
        #expect(try database.value("select accepted_count from batches") == "1")
    }

    @Test func aPrivateServerAsksForNone() async throws {
        let program = Program(folder: try temporaryFolder(), environment: ["ETL_PASSWORD_COMMAND": "exit 9"])
        let outcome = try await program.run("status", "--local", "--password-command", "true")
        #expect(outcome.code == 64 && outcome.errors.contains("asks for no password"), "\(outcome.errors)")
        let started = try await program.run("doctor", "--local")
        #expect(started.code == 78 && started.output.contains("etl-job migrate"), "\(started.errors)")
        #expect(try await program.run("local", "destroy", "--yes").code == 0)
    }
}
