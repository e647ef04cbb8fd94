import ETLCore
import Foundation
import TestSupport
import Testing

/// Odd rows by the thousand through the whole job: each is accepted or rejected as an independent judgement says.
@Suite struct RowFuzzTests {
    @Test func oddRowsAreAcceptedOrRejectedAsTheyShould() async throws {
        let (batches, size) = FuzzShare.isFull ? (50, 4_000) : (4, 500)
        let database = try await TestDatabase()
        var random = SeededRandom(seed: FuzzShare.seed)
        var (accepted, rejected, differences) = (0, 0, 0)
        for batch in 0..<batches {
            let rows = (0..<size).map { _ in OddRows.row(&random) }
            try write(rows, as: batch, in: database)
            let report = try database.run { $0.maxRejectRatio = 1 }.batches[batch]
            let judgement = Judgement(rows.map(JudgedRow.init))
            #expect(report.read == size && report.accepted + report.rejected == size)
            #expect(report.accepted == judgement.accepted.count && report.rejected == judgement.rejected.count)
            differences += try expectTables(of: batch, rows, judgement, in: database)
            (accepted, rejected) = (accepted + report.accepted, rejected + report.rejected)
        }
        // Both sides of the question were asked.
        #expect(accepted > batches * size / 8 && rejected > batches * size / 8)
        FuzzShare.report(
            """
            \(batches * size) mutated rows in PostgreSQL, \(accepted) accepted, \(rejected) rejected, \
            \(differences) differences
            """)
    }

    /// Files kept because they are the hardest to judge, one after the other through the whole job.
    @Test func theCorpusIsLoadedOrRefused() async throws {
        let database = try await TestDatabase()
        var batch = 0
        for file in Corpus.files {
            try database.write(file.bytes, batch: batch, extension: file.suffix)
            let load = { (options: inout RunOptions) in
                options.maxRejectRatio = 1
                options.allowsEmpty = true
            }
            if case .rows(let count) = file.outcome {
                let places = try #require(StrictJSON.rows(of: file.bytes, file.format))
                let rows = places.map { Array(file.bytes[$0]) }
                #expect(try database.run(load).batches.last?.read == count, "\(file)")
                try expectTables(of: batch, rows, Judgement(rows.map(JudgedRow.init)), in: database)
                batch += 1
            } else {
                let before = try database.fingerprint()
                let error = #expect(throws: JobError.self, "\(file)") { try database.run(load) }
                #expect(error?.exitCode == .dataRefused, "\(file): \(String(describing: error))")
                #expect(try database.fingerprint() == before, "\(file)")
                try FileManager.default.removeItem(atPath: "\(database.folder)/batch_\(batch).\(file.suffix)")
            }
        }
        #expect(batch > 10 && batch < Corpus.files.count)
    }

    /// Even batches are an array, odd ones lines.
    private func write(_ rows: [[UInt8]], as batch: Int, in database: TestDatabase) throws {
        if batch % 2 == 0 {
            let text = Array("[ ".utf8) + rows.joined(separator: Array(",\r\n".utf8)) + Array("\t]\n".utf8)
            try database.write(text, batch: batch)
        } else {
            try database.write(Array(rows.joined(separator: [0x0A])), batch: batch, extension: "ndjson")
        }
    }

    /// Compares the tables with a judgement; returns the number of differences.
    @discardableResult
    private func expectTables(
        of batch: Int, _ rows: [[UInt8]], _ judgement: Judgement, in database: TestDatabase
    ) throws -> Int {
        let accepted = try database.query(
            "select id, encode(float8send(score), 'hex'), industry from window_assets where batch_id = \(batch)")
        let expectedAccepted = judgement.accepted.map { id, asset in
            [id, hexText((0..<8).map { UInt8(truncatingIfNeeded: asset.scoreBits >> (56 - 8 * $0)) }), asset.industry]
        }
        var differences = expectSame(accepted, expectedAccepted, "accepted in batch \(batch)")

        let hex = ["id", "score", "industry", "raw"].map { "encode(convert_to(\($0), 'UTF8'), 'hex')" }
        let rejected = try database.query(
            """
            select row_number, (select string_agg(reason, ' ' order by reason collate "C") from unnest(reasons) as reason),
                \(hex.joined(separator: ", "))
            from rejected_assets where batch_id = \(batch)
            """)
        let expectedRejected = judgement.rejected.map { number, reasons in
            let row = JudgedRow(rows[number - 1])
            return ["\(number)", reasons.joined(separator: " ")]
                + [row.id.text, row.score.text, row.industry.text, row.json].map { $0.map(hexText) ?? "NULL" }
        }
        differences += expectSame(rejected, expectedRejected, "rejected in batch \(batch)")
        #expect(try database.value("select count(*) from staging_assets") == "0")
        return differences
    }

    private func expectSame(_ actual: [[String]], _ expected: [[String]], _ what: String) -> Int {
        #expect(actual.count == expected.count, "\(what)")
        let extra = Set(actual).subtracting(expected)
        let missing = Set(expected).subtracting(actual)
        for row in extra.prefix(3) { Issue.record("\(what): not expected: \(row)") }
        for row in missing.prefix(3) { Issue.record("\(what): missing: \(row)") }
        return extra.count + missing.count
    }

    private func hexText(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
