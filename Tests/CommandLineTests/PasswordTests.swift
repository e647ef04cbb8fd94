import Foundation
import PostgresClient
import Testing
import TestSupport

/// A password is in no output, wherever it was given and however the program ends.
@Suite struct PasswordTests {
    static let right = "R1GHT-s3cret'\\ %"
    static let wrong = "WR0NG-s3cret"
    static let marks = ["s3cret"]

    /// A role whose password the test server asks for.
    static let role = Task {
        let database = try await TestDatabase()
        try database.connection.executeScript(
            Statement(
                name: "create_role",
                sql: """
                    set standard_conforming_strings = on;
                    create role keyholder login superuser password '\(right.replacing("'", with: "''"))';
                    """))
        let rules = try database.connection.executeOne(
            Statement(name: "read_rules", sql: "select current_setting('hba_file') as file")
        ).get("file", as: String.self)
        let text = try String(contentsOfFile: rules, encoding: .utf8)
        let handle = try #require(FileHandle(forWritingAtPath: rules))
        try handle.write(contentsOf: Data(("local all keyholder scram-sha-256\n" + text).utf8))
        try handle.close()
        try database.connection.execute(Statement(name: "reload", sql: "select pg_reload_conf()"))
        for _ in 0..<100 {
            let open = try? Connection(database: named(database, password: nil))
            if open == nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the server never asked for a password")
    }

    static func named(_ database: TestDatabase, password: String?) -> String {
        let text = database.connectionString.replacing("user=etl", with: "user=keyholder")
        guard let password else { return text }
        let quoted = password.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
        return text + " password='\(quoted)'"
    }

    /// The environments and arguments that give a password in each of the ways that libpq knows.
    private static func ways(_ database: TestDatabase, _ password: String) throws -> [(
        String, [String: String], [String]
    )] {
        let connection = database.connection
        let encoded = password.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
        let host = connection.host.replacing("/", with: "%2F")
        let url = "postgresql://keyholder:\(encoded)@\(host):\(connection.port)/\(connection.databaseName)"
        let without = named(database, password: nil)
        func file(_ name: String, _ text: String) throws -> String {
            let path = "\(database.folder)/\(name)"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return path
        }
        let escaped = password.replacing("\\", with: "\\\\")
        let passFile = try file("passwords", "*:*:*:keyholder:\(escaped)\n")
        let openFile = try file("open_passwords", "*:*:*:keyholder:\(escaped)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: openFile)
        let services = try file(
            "services",
            "[scores]\nhost=\(connection.host)\nport=\(connection.port)\n"
                + "dbname=\(connection.databaseName)\nuser=keyholder\npassword=\(password)\n")
        return [
            ("URL", ["DATABASE_URL": url], []), ("option", [:], ["--database-url", url]),
            ("keywords", ["DATABASE_URL": named(database, password: password)], []),
            ("PGPASSWORD", ["DATABASE_URL": without, "PGPASSWORD": password], []),
            ("password file", ["DATABASE_URL": without, "PGPASSFILE": passFile], []),
            ("service", ["PGSERVICE": "scores", "PGSERVICEFILE": services], []),
            ("URL and unreadable file", ["DATABASE_URL": url, "PGPASSFILE": openFile], []),
        ]
    }

    @Test func inNoOutcomeOfAnyCommand() async throws {
        try await Self.role.value
        let database = try await TestDatabase()
        try database.write(ExitCodeTests.assets(0), batch: 0)
        for (password, code) in [(Self.right, Int32(0)), (Self.wrong, 69)] {
            for (way, environment, option) in try Self.ways(database, password) {
                let program = Program(folder: database.folder, environment: environment)
                for (number, arguments) in [
                    ["doctor"], ["run", "."], ["status"], ["export", "out"], ["migrate", "status"], ["rejects"],
                ].enumerated() {
                    let log = talkativeLogs[number % 2]
                    let outcome = try await program.run(arguments + option + log)
                    #expect(outcome.code == code, "\(way) \(arguments): \(outcome.errors)")
                    outcome.expectNothing(of: Self.marks, "\(way) \(arguments)")
                }
                try await program.run("--help").expectNothing(of: Self.marks, "\(way) --help")
            }
        }
    }

    /// What people type where a database is to be named; libpq takes parts of a password for names in some.
    static let mistakes = [
        "postgresql://me:ab/s3cret@127.0.0.1:1/scores", "postgresql://me:12/s3cret@127.0.0.1:1/scores",
        "postgresql://me:ab@s3cret@127.0.0.1:1/scores", "postgresql://me:s3cret", "postgresql://me:s3cret/scores",
        "postgresql://me:ab?s3cret@127.0.0.1:1/scores", "postgresql://me:ab#s3cret@127.0.0.1:1/scores",
        "postgresql://me:%s3cret@127.0.0.1:1/scores", "postgresql://me:s3cret@127.0.0.1:1/scores",
        "postgresql://127.0.0.1:1/scores?user=me&password=s3cret", "postgresql://127.0.0.1:1/scores?pasword=s3cret",
        "mysql://me:s3cret@127.0.0.1/scores", "host=127.0.0.1 port=1 password=ab s3cret",
        "host=127.0.0.1 port=1 password='s3cret", "host=127.0.0.1 port=1 pasword=s3cret",
        "host=127.0.0.1 port=1 password = s3cret",
    ]

    @Test(arguments: mistakes)
    func inNoWordOnAMistake(text: String) async throws {
        let folder = try temporaryFolder()
        let named = Program(folder: folder, environment: ["DATABASE_URL": text])
        let bare = Program(folder: folder)
        for log in talkativeLogs {
            for outcome in try await [
                named.run(["status"] + log), named.run(["doctor"] + log),
                bare.run(["run", folder, "--database-url", text] + log),
            ] {
                #expect([69, 78].contains(outcome.code), "\(outcome.errors)")
                outcome.expectNothing(of: Self.marks, text)
            }
        }
    }

    /// A URL in the place of something else is named by the message, without its password.
    @Test(arguments: [
        "postgresql://me:s3cret@127.0.0.1/scores", "mysql://me:a@s3cret@h/d", "me:s3cret@h", "password=s3cret",
    ])
    func inNoWordOnAMisplacedURL(text: String) async throws {
        let program = Program(folder: try temporaryFolder())
        for arguments in [
            ["run", text], ["status", text], ["--databaseurl=\(text)"], ["run", ".", text],
            ["status", "--json=\(text)"],
            ["run", "--migrations", text, "--database-url", "host=127.0.0.1 port=1"],
        ] {
            for log in talkativeLogs {
                let outcome = try await program.run(arguments + log)
                #expect(outcome.code > 1)
                outcome.expectNothing(of: Self.marks, "\(arguments)")
            }
        }
    }
}
