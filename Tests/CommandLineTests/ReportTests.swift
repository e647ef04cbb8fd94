import Foundation
import TestSupport
import Testing

/// `etl-job report` and `run --report` on the committed sample.
@Suite struct ReportTests {
    private func page(_ database: TestDatabase, _ name: String) throws -> String {
        try String(contentsOfFile: "\(database.folder)/\(name)", encoding: .utf8)
    }

    /// The cells of the table of a figure, a row each.
    private func table(_ html: String, of figure: String) throws -> [[String]] {
        let part = try #require(html.components(separatedBy: "<figure id=\"\(figure)\"").dropFirst().first)
        let body = try #require(part.components(separatedBy: "<tbody>").dropFirst().first)
            .components(separatedBy: "</tbody>")[0]
        return body.components(separatedBy: "</tr>").map { row in
            row.matches(of: /<t[hd][^>]*>([^<]*)</).map { String($0.1) }
        }.filter { !$0.isEmpty }
    }

    @Test func thePageSaysWhatTheTablesSay() async throws {
        let (database, program) = try await OutputTests.sampled(6)
        let outcome = try await program.run("report")
        #expect(outcome.code == 0 && outcome.output.contains("Written: report.html"), "\(outcome.errors)")
        let html = try page(database, "report.html")
        #expect(html.hasPrefix("<!DOCTYPE html>\n") && html.contains("as of batch 5"))

        let industries = try database.query(
            "select industry from distribution_snapshots where as_of_batch_id = 5 order by industry")
        for (index, industry) in industries.enumerated() {
            let rows = try table(html, of: "scores-\(index + 1)")
            #expect(rows.map { $0[0] } == ["5", "4", "3", "2"])
            let expected = try database.query(
                """
                select as_of_batch_id, quantiles[51], asset_count from distribution_snapshots
                where industry = '\(industry[0])' order by as_of_batch_id desc
                """)
            #expect(rows.map { [$0[0], $0[7]] } == expected.map { [$0[0], $0[2]] }, "\(industry)")
            for (row, exact) in zip(rows, expected) {
                let (shown, median) = try (#require(Double(row[3])), #require(Double(exact[1])))
                #expect(abs(shown - median) <= 0.000501)
            }
            #expect(html.contains("id=\"scores-\(index + 1)-title\">\(industry[0])<"))
        }
        let read = try database.query("select batch_id, read_count, accepted_count from batches order by 1 desc")
        #expect(try table(html, of: "rows").map { Array($0.prefix(3)) } == read)
        let rejections = try database.query(
            """
            select batch_id, count(*) from rejected_assets, unnest(reasons) as reason
            where reason = 'score_not_a_number' group by 1 order by 1 desc
            """)
        let rejects = try table(html, of: "rejects")
        #expect(rejects.map { [$0[0], $0[4]] }.filter { $0[1] != "0" } == rejections)
        let movers = try database.query(
            """
            select later.id, round((later.percentile - earlier.percentile)::numeric, 1)
            from percentile_snapshots later join percentile_snapshots earlier using (id)
            where later.as_of_batch_id = 5 and earlier.as_of_batch_id = 4
            order by abs(later.percentile - earlier.percentile) desc, id limit 10
            """)
        #expect(movers.count == 10)
        for mover in movers { #expect(html.contains(mover[0]), "\(mover)") }
    }

    @Test func nothingIsLoadedFromAnywhere() async throws {
        let (database, program) = try await OutputTests.sampled(3)
        _ = try await program.run("report", "--output", "page.html", "--json")
        let html = try page(database, "page.html")
        #expect(html.contains("default-src &#39;none&#39;; style-src &#39;sha256-"))
        #expect(!html.contains(/(src|href)="(?!#)|@import|url\((?!#)|https?:/))
    }

    @Test func jsonNamesTheFileAndTheHeadline() async throws {
        let (database, program) = try await OutputTests.sampled(1)
        let report = try await program.run("report", "-o", "a.html", "--json").json()
        #expect(Set(report.keys) == ["path", "bytes", "headline", "findings"])
        #expect(report["path"] as? String == "a.html" && report["findings"] as? [String] == [])
        let size = try FileManager.default.attributesOfItem(atPath: "\(database.folder)/a.html")[.size] as? Int
        #expect(report["bytes"] as? Int == size)
    }

    @Test func anEmptyLedgerHasAPageToo() async throws {
        let database = try await TestDatabase()
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString])
        let outcome = try await program.run("report")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try page(database, "report.html").contains("No batch has been applied yet"))
    }

    @Test func runWritesThePageAlsoWithNothingNewAndWhereABatchIsRefused() async throws {
        let (database, program) = try await OutputTests.sampled(2)
        let first = try await program.run("run", ".", "--through", "2", "--report", "page.html")
        #expect(first.code == 0 && first.errors.contains("Report: page.html"), "\(first.errors)")
        #expect(try page(database, "page.html").contains("as of batch 2"))
        try FileManager.default.removeItem(atPath: "\(database.folder)/page.html")
        #expect(try await program.run("run", ".", "--through", "2", "--report", "page.html").code == 0)
        #expect(try page(database, "page.html").contains("as of batch 2"))

        try database.write("[{]", batch: 4)
        let refused = try await program.run("run", ".", "--through", "4", "--report", "page.html")
        #expect(refused.code == 65)
        #expect(refused.errors.contains("Report: page.html: Look at: drift and last run"), "\(refused.errors)")
        let html = try page(database, "page.html")
        #expect(html.contains("as of batch 3") && html.contains("UTC ended with 65: "))
        let alone = try await program.run("report", "--output", "page.html")
        #expect(alone.code == 0 && !alone.output.contains("Look at: last run"), "\(alone.output)")
        #expect(try page(database, "page.html").contains("Newest batch"))
    }

    @Test func theOldPageIsLeftAloneAndNamedWhereTheDatabaseIsAway() async throws {
        let (database, program) = try await OutputTests.sampled(1)
        try "old".write(toFile: "\(database.folder)/page.html", atomically: true, encoding: .utf8)
        let away = ["run", ".", "--database-url", "postgresql://127.0.0.1:1/none", "--retry-for", "0", "--report"]
        let outcome = try await program.run(away + ["page.html"])
        #expect(outcome.code != 0 && outcome.errors.contains("page.html is the old page"), "\(outcome.errors)")
        #expect(try page(database, "page.html") == "old")
        let first = try await program.run(away + ["new.html"])
        #expect(first.code != 0 && first.errors.contains("new.html was not written"), "\(first.errors)")
    }

    @Test func aFirstRunThatFailsIsOnThePageOfAnEmptyLedger() async throws {
        let database = try await TestDatabase()
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString])
        try database.write("[{]", batch: 0)
        #expect(try await program.run("run", ".", "--report", "page.html").code == 65)
        let html = try page(database, "page.html")
        #expect(html.contains("Look at: last run") && html.contains("ended with 65: "))
    }

    @Test func aPageThatCannotBeWrittenIsSaidBeforeAnythingIsLoaded() async throws {
        let (database, program) = try await OutputTests.sampled(1)
        let outcome = try await program.run("run", ".", "--through", "1", "--report", "nowhere/page.html")
        #expect(outcome.code == 78 && outcome.errors.contains("nowhere/page.html cannot be written"))
        #expect(try database.value("select count(*) from batches") == "1")
        #expect(try await program.run("run", ".", "--dry-run", "--report", "page.html").code == 64)
        #expect(try await program.run("report", "--output", ".").code == 78)
        #expect(try await program.run("report", "--limit", "10rows").code == 64)
    }

    @Test func aPageThatFailsLosesNothingOfTheLoad() async throws {
        let (database, program) = try await OutputTests.sampled(1)
        // The page needs the snapshots' quantiles, the load does not.
        _ = try database.connection.execute(
            .init(name: "break_report", sql: "alter table distribution_snapshots rename column mean to average"))
        let outcome = try await program.run("run", ".", "--through", "1", "--report", "page.html")
        #expect(outcome.code != 0 && outcome.errors.contains("The load is complete and kept"), "\(outcome.errors)")
        #expect(outcome.output.contains("1 batch applied"))
        #expect(try database.value("select count(*) from batches") == "2")
        let left = try FileManager.default.contentsOfDirectory(atPath: database.folder)
        #expect(!left.contains { $0.contains("page.html") })
    }
}
