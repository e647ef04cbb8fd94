@testable import ETLCore
import Foundation
import Testing
import TestSupport

/// Explanations and movers against windows that are written out and counted again.
@Suite struct ExplainTests {
    static let sizes = [1, 2, 3, 4]

    private struct Observation {
        let batch: Int
        let asset: TestAsset
    }

    /// A loaded history and what is to be expected of it.
    private struct Loaded {
        let database: TestDatabase
        let history: RandomHistory
        let method: PercentileMethod
        let size: Int

        init(_ seed: UInt64, _ method: PercentileMethod, _ size: Int) async throws {
            (self.method, self.size) = (method, size)
            database = try await TestDatabase()
            history = RandomHistory(seed: seed)
            for batch in history.batches { try database.write(batch.assets, batch: batch.number) }
            try database.run {
                ($0.percentileMethod, $0.windowSize) = (method, size)
                ($0.allowsGap, $0.allowsEmpty) = (true, true)
            }
        }

        /// The last observation of each asset in a window.
        func latest(_ position: Int) -> [String: Observation] {
            var latest: [String: Observation] = [:]
            for batch in history.window(endingAt: position, size: size) ?? [] {
                for asset in batch.assets { latest[asset.id] = Observation(batch: batch.number, asset: asset) }
            }
            return latest
        }

        func scores(_ batches: some Sequence<(number: Int, assets: [TestAsset])>, _ industry: String) -> [Double] {
            batches.flatMap { $0.assets.filter { $0.industry == industry }.map(\.score) }
        }

        func percentiles(_ position: Int) -> [String: Double] {
            guard let window = history.window(endingAt: position, size: size) else { return [:] }
            return latest(position).compactMapValues {
                BruteForce.percentile($0.asset.score, in: scores(window, $0.asset.industry), method)
            }
        }
    }

    private static func counts(_ scores: [Double], _ score: Double) -> [String] {
        let counts = [scores.count { $0 < score }, scores.count { $0 == score }, scores.count { $0 > score }]
        return (counts + [scores.count]).map(String.init)
    }

    private static func exactly(_ text: String) throws -> Decimal { try #require(Decimal(string: text)) }

    @Test(arguments: PercentileMethod.allCases, sizes)
    func everyCountEqualsARecountAndThePartsAddUpExactly(method: PercentileMethod, size: Int) async throws {
        let loaded = try await Loaded(UInt64(size * 10), method, size)
        let rows = try loaded.database.query(
            """
            select a.id, a.as_of_batch_id, b.as_of_batch_id, x.step, x.part, array_to_string(x.batches, ','),
                x.scored_batch_id, x.score, x.industry, x.below, x.equal, x.above, x.in_all, x.percentile, x.points
            from percentile_snapshots a
            join percentile_snapshots b on b.id = a.id and b.as_of_batch_id > a.as_of_batch_id
            cross join lateral explain_percentile(lower(a.id), a.as_of_batch_id, b.as_of_batch_id) x
            order by 1, 2, 3, 4
            """)
        #expect(rows.count % 5 == 0 && rows.count > 500)
        let positions = Dictionary(uniqueKeysWithValues: loaded.history.batches.enumerated().map { ($1.number, $0) })
        var (newIndustries, ownLeft, emptied) = (0, 0, 0)
        for start in stride(from: 0, to: rows.count, by: 5) {
            let steps = Array(rows[start..<(start + 5)])
            let (from, to) = try (
                #require(positions[Int(steps[0][1]) ?? -1]), #require(positions[Int(steps[0][2]) ?? -1])
            )
            let old = try #require(loaded.latest(from)[steps[0][0]])
            let new = try #require(loaded.latest(to)[steps[0][0]])
            let oldWindow = try #require(loaded.history.window(endingAt: from, size: size))
            let newWindow = try #require(loaded.history.window(endingAt: to, size: size))
            let left = oldWindow.filter { batch in !newWindow.contains { $0.number == batch.number } }
            let kept = oldWindow.filter { batch in newWindow.contains { $0.number == batch.number } }
            let entered = newWindow.filter { batch in !oldWindow.contains { $0.number == batch.number } }
            let isSame = old.asset.industry == new.asset.industry
            newIndustries += isSame ? 0 : 1
            ownLeft += left.contains { $0.number == old.batch } ? 1 : 0

            func percentile(_ batches: some Sequence<(number: Int, assets: [TestAsset])>, _ asset: TestAsset) -> Double?
            {
                BruteForce.percentile(asset.score, in: loaded.scores(batches, asset.industry), method)
            }
            func row(_ batches: [(number: Int, assets: [TestAsset])], _ asset: TestAsset) -> [String] {
                [batches.map { "\($0.number)" }.joined(separator: ",")]
                    + Self.counts(loaded.scores(batches, asset.industry), asset.score)
            }
            let before = try #require(percentile(oldWindow, old.asset))
            let after = try #require(percentile(newWindow, new.asset))
            let afterLeft = percentile(kept, old.asset) ?? before
            emptied += percentile(kept, old.asset) == nil ? 1 : 0
            let afterEntered = percentile(newWindow, old.asset) ?? afterLeft

            #expect(
                steps.map { $0[4] } == [
                    "before", "left", "entered", isSame ? "own score" : "own score and industry", "after",
                ])
            let expected = [
                row(Array(oldWindow), old.asset), row(left, old.asset), row(entered, old.asset),
                Array(repeating: "NULL", count: 5), row(Array(newWindow), new.asset),
            ]
            #expect(steps.map { [$0[5]] + $0[9...12] } == expected)
            #expect(steps.map { $0[6] } == ["\(old.batch)", "NULL", "NULL", "\(new.batch)", "\(new.batch)"])
            #expect(steps.map { Double($0[7]) } == [old, old, old, new, new].map { Double($0.asset.score) })
            #expect(steps.map { $0[8] } == [old, old, old, new, new].map(\.asset.industry))
            #expect(steps.map { Double($0[13]) } == [before, afterLeft, afterEntered, after, after])

            let running = try [before, afterLeft, afterEntered, after].map { try Self.exactly("\($0)") }
            let points = try steps.dropFirst().map { try Self.exactly($0[14]) }
            #expect(
                points == [
                    running[1] - running[0], running[2] - running[1], running[3] - running[2], running[3] - running[0],
                ])
            #expect(points[0] + points[1] + points[2] == running[3] - running[0])
            if isSame, old.asset.score == new.asset.score { #expect(points[2] == 0) }
        }
        #expect(newIndustries > 10 && ownLeft > 10 && (size > 2 || emptied > 10))
    }

    @Test(arguments: [PercentileMethod.percentRank, .midRank], sizes)
    func theCommandsExplanationIsThatOfTheFunction(method: PercentileMethod, size: Int) async throws {
        let loaded = try await Loaded(UInt64(size), method, size)
        let session = try loaded.database.session()
        let pairs = try loaded.database.query(
            """
            select id, min(as_of_batch_id), max(as_of_batch_id) from percentile_snapshots
            group by id having count(*) > 1 order by id
            """)
        #expect(pairs.count > 10)
        for pair in pairs {
            let report = try session.explain(pair[0].lowercased(), from: Int(pair[1]), to: Int(pair[2]))
            let explanation = try #require(report.explanation)
            #expect(report.id == pair[0])
            #expect(explanation.parts.map(\.points).reduce(0, +) == explanation.change)
            #expect(explanation.after.percentile - explanation.before.percentile == explanation.change)
            let rows = try loaded.database.query(
                """
                select percentile, coalesce(points, 0), below, above
                from explain_percentile('\(pair[0])', \(pair[1]), \(pair[2])) order by step
                """)
            let percentiles = [explanation.before.percentile] + explanation.parts.map(\.percentile)
            #expect(try percentiles + [explanation.after.percentile] == rows.map { try Self.exactly($0[0]) })
            #expect(
                try explanation.parts.map(\.points) + [explanation.change]
                    == rows.dropFirst().map { try Self.exactly($0[1]) })
            #expect(rows[1][2...3].map { Int($0) } == [explanation.left.counts?.below, explanation.left.counts?.above])
            let shown = explanation.shownPoints(2).reduce(0, +)
            #expect(abs(shown - explanation.change.rounded(2)) < 1e-9)
            let sentence = try #require(report.sentence)
            #expect(["Fell from ", "Rose from ", "Stayed at "].contains { sentence.hasPrefix($0) })
            #expect(sentence.hasSuffix(".") && !sentence.contains("\n"))

            let decoded = try JSONDecoder().decode(ExplanationReport.self, from: JSONEncoder().encode(report))
            #expect(decoded.explanation?.parts.map(\.points) == explanation.parts.map(\.points))
        }
        let last = try #require(pairs.last)
        let defaults = try #require(try session.explain(last[0], from: nil, to: nil).explanation)
        let known = try loaded.database.query(
            "select as_of_batch_id from asset_history('\(last[0])') order by 1 desc limit 2")
        #expect([[defaults.after.asOfBatchID], [defaults.before.asOfBatchID]] == known.map { $0.map { Int($0) } })
    }

    @Test(arguments: sizes, [UInt64(1), 2])
    func moversEqualANaiveComparison(size: Int, seed: UInt64) async throws {
        let loaded = try await Loaded(seed, .percentRank, size)
        let session = try loaded.database.session()
        var compared = 0
        for position in size..<loaded.history.batches.count {
            let (earlier, later) = (loaded.percentiles(position - 1), loaded.percentiles(position))
            let latest = loaded.latest(position)
            for (limit, industry, minimum) in [(3, nil, 0.0), (100, "cars", 0.0), (100, nil, 12.5)]
                as [(Int, String?, Double)]
            {
                var changes: [(id: String, change: Double)] = []
                for (id, percentile) in later {
                    guard let before = earlier[id], industry == nil || latest[id]?.asset.industry == industry else {
                        continue
                    }
                    if abs(percentile - before) >= minimum { changes.append((id, percentile - before)) }
                }
                let up = changes.filter { $0.change > 0 }.sorted { (-$0.change, $0.id) < (-$1.change, $1.id) }
                let down = changes.filter { $0.change < 0 }.sorted { ($0.change, $0.id) < ($1.change, $1.id) }
                let report = try session.movers(
                    asOf: loaded.history.batches[position].number, limit: limit, industry: industry?.uppercased(),
                    minimumChange: minimum)
                #expect(report.beforeBatchID == loaded.history.batches[position - 1].number)
                #expect(report.up.map(\.id) == up.prefix(limit).map(\.id))
                #expect(report.down.map(\.id) == down.prefix(limit).map(\.id))
                #expect(report.up.map(\.change) == up.prefix(limit).map(\.change))
                #expect(report.down.allSatisfy { $0.after - $0.before == $0.change && later[$0.id] == $0.after })
                compared += report.up.count + report.down.count
            }
        }
        #expect(compared > 0)
    }
}
