import ETLCore
import Foundation
import PostgresClient
import Synchronization
import Testing
import TestSupport

/// Writers that commit late, roll back, and write while the job is at work and is killed: no row is skipped, and none
/// is taken twice.
@Suite(.serialized) struct InboxWriterTests {
    private static let seconds = Torture.isFull ? 60.0 : 6.0

    /// What the writers have committed: each row's place in order of insertion is the database's business.
    private final class Committed: Sendable {
        let rows = Mutex<[String]>([])
        let isOver = Mutex(false)
    }

    @Test func everyCommittedRowIsClaimedOnce() async throws {
        let start = ContinuousClock.now
        let database = try await TestDatabase()
        let committed = Committed()
        let url = database.connectionString
        let writers = (0..<4).map { number in
            Task.detached { try await Self.write(number, url, committed) }
        }
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": url])
        let arguments = [
            "run", "--from-inbox", "--max-rows", "50", "--keep-claimed", "100000", "--max-reject-ratio", "1",
        ]
        var random = SeededRandom(seed: Torture.seed)
        var killCount = 0
        while start.duration(to: .now) < .milliseconds(Int64(Self.seconds * 1000)) {
            let job = try program.start(arguments)
            if Bool.random(using: &random) {
                try await Task.sleep(for: .milliseconds(Int.random(in: 5...250, using: &random)))
                if job.isRunning { killCount += 1 }
                job.signal(SIGKILL)
            }
            let outcome = try await job.outcome()
            #expect([0, 1009].contains(outcome.code), "\(outcome.errors)")
        }
        committed.isOver.withLock { $0 = true }
        for writer in writers { try await writer.value }
        let last = try await program.run(arguments)
        #expect(last.code == 0, "\(last.errors)")

        let expected = committed.rows.withLock { $0.sorted() }
        let claimed = try database.query(
            "select coalesce(id, payload ->> 'id') from inference_results where batch_id is not null"
        ).map { $0[0] }
        #expect(claimed.sorted() == expected)
        #expect(try database.value("select count(*) from inference_results where batch_id is null") == "0")
        #expect(try database.value("select sum(read_count) from batches") == "\(expected.count)")
        #expect(try await program.run("verify").code == 0)
        #expect(try await Self.equalsItsFiles(database))
        let batches = try database.connection.appliedCount()
        #expect(killCount > 0 && batches > 3 && expected.count > 100)
        Torture.print(
            "inbox/writers",
            "\(expected.count) rows in \(batches) batches, \(killCount) kills, "
                + "\(claimed.count - expected.count) differences", since: start)
    }

    /// Inserts in transactions of all kinds until it is told to stop.
    private static func write(_ number: Int, _ url: String, _ committed: Committed) async throws {
        var random = SeededRandom(seed: Torture.seed &+ UInt64(number))
        let connection = try Connection(database: url)
        let industries = ["food", "cars", "clothing", "boats"]
        var count = 0
        while !committed.isOver.withLock({ $0 }) {
            var rows: [String] = []
            try connection.script("begin")
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                count += 1
                let id = ulid(number * 1_000_000 + count)
                let asset = TestAsset(
                    id, Double(Int.random(in: 0...100, using: &random)) / 100,
                    industries.randomElement(using: &random) ?? "")
                if Bool.random(using: &random) {
                    try connection.script("insert into inference_results (payload) values ('\(asset.json)')")
                } else {
                    try connection.script(
                        "insert into inference_results (id, score, industry) values ('\(id)', \(asset.score), '\(asset.industry)')"
                    )
                }
                rows.append(id)
                if count.isMultiple(of: 37) { try await Task.sleep(for: .milliseconds(400)) }
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                try connection.script("rollback")
            } else {
                try connection.script("commit")
                committed.rows.withLock { $0 += rows }
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...10, using: &random)))
        }
    }

    /// Whether the claimed rows, written to files batch by batch, give the same tables.
    private static func equalsItsFiles(_ database: TestDatabase) async throws -> Bool {
        let files = try await TestDatabase()
        let rows = try database.query(
            """
            select batch_id, translate(encode(convert_to(coalesce(payload::text,
                json_build_object('id', id, 'score', score::json, 'industry', industry)::text), 'UTF8'), 'base64'), chr(10), '')
            from inference_results order by batch_id, inference_id
            """)
        for (batch, group) in Dictionary(grouping: rows, by: { $0[0] }) {
            let texts = group.map { String(decoding: Data(base64Encoded: $0[1]) ?? Data(), as: UTF8.self) }
            try files.write("[" + texts.joined(separator: ",") + "]", batch: Int(batch) ?? -1)
        }
        try files.run { $0.maxRejectRatio = 1 }
        for query in [
            "select * from scores order by id", "select * from percentile_snapshots order by as_of_batch_id, id",
            "select * from batch_distributions order by 1, 2, 3", "select * from distribution_snapshots order by 1, 2",
            "select batch_id, row_number, id, industry, reasons from rejected_assets order by 1, 2",
        ] {
            let query = "select md5(string_agg(line::text, ' ')) from (\(query)) as line"
            guard try database.query(query) == files.query(query) else { return false }
        }
        return true
    }
}
