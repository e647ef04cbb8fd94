@testable import ETLCore
import Foundation
import Testing

/// What a run says to look at.
@Suite struct RunFindingsTests {
    static func batch(_ id: Int, rejected: Int = 8, drift: [String] = [], read: Int = 400) -> BatchReport {
        var report = BatchReport(source: RunPlanTests.source(id), status: .applied)
        (report.read, report.rejected, report.accepted) = (read, rejected, read - rejected)
        report.alarms = drift.map { DriftAlarm(.drift, $0) }
        return report
    }

    static func phrases(_ batches: [BatchReport], ledger: [Int: RejectRule.Count] = [:]) -> [String] {
        var report = RunReport()
        for batch in batches { report.add(batch) }
        return RunFindings(report, counts: ledger).phrases
    }

    /// From exact fractions: the sum of the binomial probabilities.
    @Test(arguments: [
        (12, 400, 78.0 / 4000, 0.09592595341431587), (20, 400, 157.0 / 8002, 0.00016541024778124876),
        (3, 400, 0.001, 0.00788343125882217), (1, 400, 1.0 / 2002, 0.18114652355408195),
        (300, 10_000, 0.02, 1.6178783967268064e-11), (400, 400, 0.5, 3.8725919148493183e-121),
    ])
    func theChanceIsTheBinomialTail(count: Int, trials: Int, probability: Double, expected: Double) {
        let chance = RejectRule.chance(ofAtLeast: count, of: trials, at: probability)
        #expect(abs(chance - expected) <= 1e-9 * expected)
    }

    @Test func moreThanUsualIsAQuestionOfSizeAndOfVariety() {
        func isUnusual(_ rejected: Int, _ read: Int, after earlier: [(Int, Int)]) -> Bool {
            RejectRule.isUnusual(
                .init(read: read, rejected: rejected), after: earlier.map { .init(read: $0.1, rejected: $0.0) })
        }
        let real = [8, 5, 4, 12, 5, 12, 11, 5, 7, 10, 7, 7, 9, 13, 9, 6, 8, 3, 6, 9].map { ($0, 400) }
        for index in 5..<real.count {
            #expect(!isUnusual(real[index].0, 400, after: Array(real[..<index])))
        }
        #expect(isUnusual(25, 400, after: real) && !isUnusual(14, 400, after: real))
        #expect(!isUnusual(400, 400, after: Array(real[..<4])), "four batches are no custom")
        #expect(!isUnusual(400, 400, after: Array(repeating: (0, 0), count: 9)), "nor are empty ones")
        #expect(!isUnusual(0, 0, after: real))
        // Large batches: chance would hardly bring 2.3 %, but their shares vary that much anyway.
        let large = [5_000, 6_500, 6_000, 7_000, 5_500, 6_200].map { ($0, 300_000) }
        #expect(!isUnusual(7_100, 300_000, after: large) && isUnusual(9_000, 300_000, after: large))
        // One bad row after many good ones is no surprise, five are.
        let clean = Array(repeating: (0, 400), count: 20)
        #expect(!isUnusual(1, 400, after: clean) && isUnusual(5, 400, after: clean))
        // Only the newest twenty count.
        #expect(isUnusual(25, 400, after: Array(repeating: (200, 400), count: 30) + real))
    }

    @Test func aQuietRunHasNothingToLookAt() {
        #expect(Self.phrases([]) == [])
        #expect(Self.phrases((0..<20).map { Self.batch($0) }) == [])
    }

    @Test func driftThatLastsIsToldFromDriftThatWas() {
        let alarms: [[String]] = [["food"], [], ["cars", "food"], ["cars"]]
        let batches = alarms.enumerated().map { Self.batch($0.offset + 16, drift: $0.element) }
        #expect(Self.phrases(batches) == ["drift in food at batches 16 and 18, in cars since batch 18 (etl-job drift)"])
        #expect(
            Self.phrases([Self.batch(7, drift: ["(all)"])]) == [
                "drift in all industries together since batch 7 (etl-job drift)"
            ])
        let together = [Self.batch(8, drift: ["cars", "food"]), Self.batch(9, drift: ["cars", "clothing", "food"])]
        #expect(
            Self.phrases(together) == [
                "drift in cars and food since batch 8, in clothing since batch 9 (etl-job drift)"
            ])
        let many = (0..<9).map { Self.batch($0, drift: $0 % 2 == 0 && $0 < 8 ? ["hair care"] : []) }
        #expect(
            Self.phrases(many) == [
                "drift in hair care at 4 batches, the last of them 2, 4 and 6 (etl-job drift)"
            ])
    }

    @Test func whatChangedIsToldByItsKind() {
        var batches = [Self.batch(4), Self.batch(5, drift: ["food"])]
        batches[0].alarms = [DriftAlarm(.mix, "(all)"), DriftAlarm(.vanished, "cars"), DriftAlarm(.drift, "food")]
        #expect(batches[0].driftAlarms == ["(all)", "cars", "food"])
        #expect(
            Self.phrases(batches) == [
                "drift in food since batch 4, no assets of cars at batch 4, another mix of industries at batch 4 "
                    + "(etl-job drift)"
            ])
        #expect(
            DriftAlarm.phrases(batches[0].alarms + [DriftAlarm(.vanished, "(all)")]) == [
                "drift in food", "no assets of any industry", "another mix of industries",
            ])
        let kinds = [(0, true), (5, true), (5, false)].map { count, isSudden in
            DriftAlarm.Kind(currentCount: count, isSudden: isSudden, drifted: false, isBeyondTrend: true)
        }
        #expect(kinds == [.vanished, .mix, .drift])
        // What moved along its usual shift did not alarm: the mix did.
        #expect(DriftAlarm.Kind(currentCount: 5, isSudden: true, drifted: true, isBeyondTrend: false) == .mix)
        #expect(DriftAlarm.Kind(currentCount: 5, isSudden: true, drifted: true, isBeyondTrend: nil) == .drift)
    }

    @Test func unusualRejectsNameTheWorstBatchFirst() {
        let ledger = Dictionary(uniqueKeysWithValues: (0..<10).map { ($0, RejectRule.Count(read: 400, rejected: 8)) })
        let batches = [Self.batch(10), Self.batch(11, rejected: 40), Self.batch(12, rejected: 80)]
        #expect(
            Self.phrases([batches[0], batches[1]], ledger: ledger) == [
                "batch 11 rejected 40 of 400 rows, more than usual (etl-job rejects --batch 11)"
            ])
        #expect(
            Self.phrases(batches, ledger: ledger) == [
                "batch 12 rejected 80 of 400 rows, more than usual, as did batch 11 (etl-job rejects --batch 12)"
            ])
        #expect(Self.phrases([batches[1]]) == [], "nothing to compare with")
        // A batch that was applied before is not news.
        var skipped = RunReport()
        skipped.add(BatchReport(source: RunPlanTests.source(3), status: .skipped))
        #expect(RunFindings(skipped, counts: [3: .init(read: 400, rejected: 400)]).phrases == [])
    }
}
