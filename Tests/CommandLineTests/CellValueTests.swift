import Foundation
import PostgresClient
import Testing
import TestSupport

/// No value of a cell is in any output but where it is asked for, and nothing of the input steers a terminal.
@Suite struct CellValueTests {
    /// What no output may hold: the first is in ids and labels, the second in scores.
    static let marks = ["SECRET", "777313"]

    /// A batch with the marks in every kind of cell, accepted and rejected; some that steer, escaped and raw.
    static let rows = [
        #"{"id":"01GNNA1J00SECRET0000000001","score":0.777313,"industry":"food"}"#,
        #"{"id":"01GNNA1J00SECRET0000000001","score":0.7773131,"industry":"cars","note":"SECRET"}"#,
        #"{"id":"01GNNA1J00SECRET0000000002","score":"777313","industry":"food"}"#,
        #"{"id":"SECRET\u001b[31m\u0007","score":777313,"industry":"SECRET\u202e"}"#,
        "{\"id\":\"SECRET\u{9B}31m\",\"score\":0.5,\"industry\":\"SECRET\u{2028}\u{202E}\u{7F}\"}",
        #""SECRET\r\n""#, #"{"SECRET":[777313,"\u001b]0;SECRET\u0007"]}"#,
    ]

    static let good = #"{"id":"\#(ulid(1))","score":0.5,"industry":"food"}"#

    static func prepared() async throws -> (TestDatabase, Program) {
        let (database, program) = try await ExitCodeTests.prepared()
        try database.write("[" + rows.joined(separator: ",\n") + "]", batch: 0)
        return (database, program)
    }

    @Test(arguments: talkativeLogs)
    func aLoadAndWhatLooksAtItShowNone(log: [String]) async throws {
        let (database, program) = try await Self.prepared()
        for arguments in [
            ["run", ".", "--max-reject-ratio", "1", "--dry-run"], ["run", ".", "--max-reject-ratio", "1", "--json"],
            ["run", "."], ["status"], ["status", "--json"], ["rejects"], ["rejects", "--json"], ["doctor"],
            ["migrate", "status"], ["migrate"], ["export", "out"], ["export", "out", "--json"],
        ] {
            let outcome = try await program.run(arguments + log)
            #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
            outcome.expectNothing(of: Self.marks, "\(arguments)")
        }
        #expect(try database.value("select count(*) from rejected_assets") == "6")
    }

    /// Files that are refused: with every kind of fault beside a mark.
    static let refusedFiles: [[UInt8]] =
        [
            "[" + rows.joined(separator: ",") + "]",  // too many rejects
            "[\(good),\(rows[0])", "[\(good),{\"id\":\"SECRET", "[\(good),{SECRET}]", "[\(good),777313.]", "[0777313]",
            "[\(good)]SECRET", "SECRET", #"["SECRET\q"]"#, "[\"SECRET\u{1}\"]", #"{"SECRET":777313}"#,
        ].map { Array($0.utf8) } + [Array("[\"SECRET".utf8) + [0xFF] + Array("\"]".utf8)]

    @Test(arguments: talkativeLogs)
    func aRefusedFileShowsNone(log: [String]) async throws {
        let (database, program) = try await ExitCodeTests.prepared()
        for (number, file) in Self.refusedFiles.enumerated() {
            try Data(file).write(to: URL(fileURLWithPath: "\(database.folder)/batch_0.json"))
            let outcome = try await program.run(["run", "."] + log)
            #expect(outcome.code == 65, "file \(number): \(outcome.errors)")
            outcome.expectNothing(of: Self.marks, "file \(number)")
        }
        try database.write("[\(Self.good)]", batch: 0)
        #expect(try await program.run("run", ".").code == 0)
        try database.write("[\(Self.rows[0])]", batch: 0)
        let changed = try await program.run(["run", "."] + log)
        #expect(changed.code == 65)
        changed.expectNothing(of: Self.marks, "changed")
    }

    /// What makes the server quote a cell's value: in its message, its detail, its hint or its context.
    static let quotations: [(sql: String, sqlState: String)] = [
        ("alter table staging_assets add constraint no_mark check (raw not like '%SECRET%')", "23514"),
        ("alter table window_assets add constraint no_mark check (id not like '%SECRET%')", "23514"),
        ("create unique index no_equal_labels on staging_assets (industry)", "23505"),
        (trigger("staging_assets", "perform new.id::float8"), "22P02"),
        (trigger("rejected_assets", "perform new.raw::jsonb -> 'x' ->> 'y', new.raw::int"), "22P02"),
        (trigger("window_assets", "perform new.score::text::int"), "22P02"),
        (trigger("window_assets", "raise exception 'bad %', new.id using hint = new.id, detail = new.id"), "P0001"),
        (trigger("window_assets", "raise exception 'bad %', new.id using errcode = '57014', hint = new.id"), "57014"),
    ]

    static func trigger(_ table: String, _ statement: String) -> String {
        """
        create function quote_value() returns trigger language plpgsql as $$ begin \(statement); return new; end $$;
        create trigger quotes_values before insert on \(table) for each row execute function quote_value();
        """
    }

    @Test(arguments: quotations.indices)
    func whatTheServerQuotesIsNotShown(index: Int) async throws {
        let (database, program) = try await Self.prepared()
        let (sql, sqlState) = Self.quotations[index]
        try database.connection.executeScript(Statement(name: "quote_values", sql: sql))
        for log in talkativeLogs {
            let outcome = try await program.run(["run", ".", "--max-reject-ratio", "1"] + log)
            #expect(outcome.code != 0 && outcome.errors.contains("SQLSTATE \(sqlState)"), "\(outcome.errors)")
            outcome.expectNothing(of: Self.marks, sql)
        }
    }

    @Test(arguments: ["notice", "warning", "info"])
    func noticesShowNone(level: String) async throws {
        let (database, program) = try await Self.prepared()
        let sql = Self.trigger("window_assets", "raise \(level) 'saw %', new.id")
        try database.connection.executeScript(Statement(name: "raise_notices", sql: sql))
        var talkative = program
        // The server logs to the client what it executes, with the values of parameters.
        talkative.environment["PGOPTIONS"] = "-c client_min_messages=log -c log_min_duration_statement=0"
        let outcome = try await talkative.run(["run", ".", "--max-reject-ratio", "1"] + talkativeLogs[0])
        #expect(outcome.code == 0 && outcome.errors.contains("notice=\(level.uppercased())"), "\(outcome.errors)")
        outcome.expectNothing(of: Self.marks + ["insert into"], level)
    }

    @Test func valuesThatAreAskedForDoNotSteerATerminal() async throws {
        let (database, program) = try await Self.prepared()
        try database.connection.execute(
            Statement(name: "insert_industry", sql: "insert into industries values ($1)"), ["x\u{1B}[31m\u{202E}y"])
        let rows = (0..<3).map { TestAsset(ulid($0), 0.5, #"x\u001b[31m\u202ey"#).json }
        for (batch, row) in rows.enumerated() { try database.write("[\(row)]", batch: batch + 1) }
        #expect(try await program.run("run", ".", "--max-reject-ratio", "1").code == 0)
        for arguments in [
            ["rejects", "--rows"], ["asset", ulid(2)], ["asset", "\u{1B}[31m\(ulid(2))"],
            ["percentile", "0.5", "--industry", "x\u{1B}[31m\u{202E}y"], ["percentile", "1", "--industry", "\u{9B}1m"],
            ["export", "out\u{1B}[2J\u{9B}"],
        ] {
            for json in [[], ["--json"]] {
                let outcome = try await program.run(arguments + json)
                outcome.expectNothing(of: [], "\(arguments)")
                if !json.isEmpty && outcome.code == 0 { _ = try outcome.json() }
            }
        }
        // What the JSON escapes is the same text to a program.
        let shown = try await program.run("rejects", "--rows", "--json").json()
        let raws = try #require(shown["rows"] as? [[String: Any]]).compactMap { $0["raw"] as? String }
        #expect(Set(raws) == Set(Self.rows.dropFirst().dropFirst() + [Self.rows[0]]))
    }

    @Test func namesDoNotSteerATerminal() async throws {
        let (database, program) = try await Self.prepared()
        let folder = "\(database.folder)/in\u{1B}[31m\u{9B}"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try Data("[\(Self.good)]".utf8).write(to: URL(fileURLWithPath: "\(folder)/batch_0.json"))
        try Data().write(to: URL(fileURLWithPath: "\(folder)/batch\u{1B}[2J\u{202E}.json"))
        for (arguments, code) in [
            (["run", folder], Int32(0)), (["status"], 0), (["status", "--json"], 0), (["run", "no\u{1B}[31m"], 66),
            (["status", "\u{1B}[31mextra"], 64), (["percentile", "\u{9B}1", "--industry", "food"], 64),
            (["--\u{1B}[31m"], 64), (["rejects", "--reason", "\u{1B}"], 64), (["run", "--log-level", "\u{1B}"], 64),
            (["run", folder, "--schema", "x\u{1B}[31m\u{202E}\n"], 78), (["doctor", "--schema", "x\u{1B}"], 78),
            (["migrate", "--schema", "x\u{1B}[31m"], 0), (["migrate", "status", "--migrations", "\u{1B}"], 78),
        ] {
            for log in code == 64 ? [[]] : talkativeLogs {
                let outcome = try await program.run(arguments + log)
                #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
                outcome.expectNothing(of: [], "\(arguments)")
            }
        }
    }
}
