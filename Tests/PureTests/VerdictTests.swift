import Testing

@testable import ETLCore

/// Whether everything is all right.
@Suite struct VerdictTests {
    private static func data(rejected: [Int], age: Double = 60, pause: Double? = 3600) -> ReportData {
        var data = ReportData()
        data.batches = rejected.enumerated().map { id, rejected in
            .init(
                id: id, source: "-", read: 400, accepted: 400 - rejected, rejected: rejected, windowFirst: nil,
                windowSize: 3, method: "percent_rank", snapshots: 0, appliedAt: "2025-01-31 10:00", seconds: 1)
        }
        data.totals = .init(batchCount: rejected.count, usualPause: pause, age: age)
        return data
    }

    private static func drift(
        isAlarm: Bool, batch: Int, current: Int = 9, reference: Int = 9
    ) -> ReportData.Drift {
        .init(
            batch: batch, referenceFirst: 0, referenceLast: 2, currentFirst: 3, referenceCount: reference,
            currentCount: current, alpha: 0.01, minimumEffect: 0.2, industryCount: 4, drifted: isAlarm, isAlarm: isAlarm
        )
    }

    private static func state(_ name: String, _ data: ReportData, limit: Double? = nil) -> Verdict.State? {
        Verdict(data, growth: GrowthOutlook(data, limit: limit).check).checks.first { $0.name == name }?.state
    }

    @Test func onlyAnAlarmOfTheNewestBatchIsDrift() {
        var data = Self.data(rejected: [8, 8, 8, 8])
        #expect(Self.state("Drift", data) == .open)
        data.preceding = [.init(name: "cars", elements: [Self.drift(isAlarm: true, batch: 2)])]
        #expect(Self.state("Drift", data) == .open)
        data.preceding[0].elements.append(Self.drift(isAlarm: false, batch: 3))
        #expect(Self.state("Drift", data) == .good)
        data.baseline = [.init(name: "(all)", elements: [Self.drift(isAlarm: true, batch: 3)])]
        let verdict = Verdict(data, growth: GrowthOutlook(data, limit: nil).check)
        #expect(verdict.title == "Look at: drift")
        #expect(verdict.findings[0].text.contains("all industries together"))
    }

    private static func verdict(_ data: ReportData, after run: RunOutcome? = nil) -> Verdict {
        Verdict(data, growth: GrowthOutlook(data, limit: nil).check, after: run)
    }

    @Test func aVanishedIndustryIsNotAllRight() throws {
        var data = Self.data(rejected: [8, 8, 8, 8])
        data.preceding = [
            .init(name: "(all)", elements: [Self.drift(isAlarm: false, batch: 3)]),
            .init(name: "hair care", elements: [Self.drift(isAlarm: false, batch: 3, current: 0)]),
        ]
        let open = try #require(Self.verdict(data).checks.first)
        #expect(open.state == .open && open.text.contains("Batch 3 has no rows of: hair care."), "\(open)")
        data.preceding[1].elements[0].isAlarm = true
        let look = Self.verdict(data)
        #expect(look.title == "Look at: drift" && look.findings[0].text == "Batch 3 has no rows of: hair care.")
        (data.preceding[0].elements[0].isAlarm, data.preceding[0].elements[0].drifted) = (true, true)
        let text = Self.verdict(data).findings[0].text
        #expect(text.contains("more than they should in: all industries together. Batch"), "\(text)")
    }

    @Test func anotherMixIsNoDrift() {
        var data = Self.data(rejected: [8, 8, 8, 8])
        var mix = Self.drift(isAlarm: true, batch: 3)
        mix.drifted = false
        data.preceding = [.init(name: "(all)", elements: [mix])]
        let now = Self.verdict(data).findings[0].text
        #expect(now == "Batch 3 has another mix of industries than the batches before it.")
        var earlier = BatchReport(source: RunPlanTests.source(2), status: .applied)
        earlier.alarms = [DriftAlarm(.mix, "(all)"), DriftAlarm(.vanished, "cars")]
        let run = RunOutcome(exitCode: 0, applied: [earlier])
        let then = Self.verdict(data, after: run).findings[0].text
        let changes = "alarms at batch 2: no assets of cars, another mix of industries. Batch 3"
        #expect(then.contains(changes), "\(then)")
    }

    @Test func whereNothingCouldBeMeasuredNothingIsGood() throws {
        var data = Self.data(rejected: [8, 8, 8, 8])
        for (current, reference) in [(0, 9), (9, 0)] {
            let drift = Self.drift(isAlarm: false, batch: 3, current: current, reference: reference)
            data.preceding = [.init(name: "(all)", elements: [drift])]
            let check = try #require(Self.verdict(data).checks.first)
            #expect(check.state == .open && check.text.contains("Not measurable: batch 3 has no rows"), "\(check)")
        }
        // An industry that is new is no reason.
        data.preceding.append(.init(name: "cars", elements: [Self.drift(isAlarm: false, batch: 3)]))
        #expect(Self.verdict(data).checks.first?.state == .good)
    }

    @Test func alarmsBeforeTheNewestBatchOfARunAreWorthALook() {
        var data = Self.data(rejected: [8, 8, 8, 8, 8])
        data.preceding = [.init(name: "food", elements: [Self.drift(isAlarm: false, batch: 4)])]
        func batch(_ id: Int, _ alarms: [String]) -> BatchReport {
            var batch = BatchReport(source: RunPlanTests.source(id), status: .applied)
            batch.alarms = alarms.map { DriftAlarm(.drift, $0) }
            return batch
        }
        let applied = [batch(1, ["food"]), batch(2, []), batch(3, ["(all)", "food"]), batch(4, [])]
        let verdict = Self.verdict(data, after: RunOutcome(exitCode: 0, applied: applied))
        #expect(verdict.title == "Look at: drift")
        let text = verdict.findings.first?.text ?? ""
        let changes = "alarms at batches 1, 3: drift in food, all industries together. No industry moved"
        #expect(text.contains(changes), "\(text)")
        // Those of the newest batch are told by what was measured there, and those taken back do not count.
        let again = RunOutcome(exitCode: 0, applied: [batch(3, ["food"]), batch(3, []), batch(4, ["food"])])
        #expect(Self.verdict(data, after: again).findings.isEmpty)
    }

    @Test func aRunThatFailedIsWorthALook() throws {
        var data = Self.data(rejected: [8, 8, 8, 8])
        data.totals.madeAt = "2025-01-31 12:00 UTC"
        let failed = RunOutcome(exitCode: 65, failure: "batch 22 was refused\u{7}", applied: [])
        let verdict = Self.verdict(data, after: failed)
        #expect(verdict.title == "Look at: last run")
        let text = verdict.findings.first?.text ?? ""
        let sentence = "The run at 2025-01-31 12:00 UTC ended with 65: batch 22 was refused\\u{7}. Batch 3 was applied"
        #expect(text.hasPrefix(sentence), "\(text)")
        let well = Self.verdict(data, after: RunOutcome(exitCode: 0, applied: []))
        #expect(well.findings.isEmpty && well.checks.last?.name == "Last run" && well.checks.last?.state == .good)
        #expect(Self.verdict(ReportData(), after: failed).title == "Look at: last run")
    }

    @Test func rejectsAreJudgedByTheRuleOfTheRun() {
        #expect(Self.state("Rejects", Self.data(rejected: [8, 8, 8, 8, 40])) == .open)
        #expect(Self.state("Rejects", Self.data(rejected: [8, 7, 9, 8, 8, 9])) == .good)
        #expect(Self.state("Rejects", Self.data(rejected: [8, 7, 9, 8, 8, 40])) == .look)
    }

    @Test func aRunIsLateAfterThreePausesButNotWithin26Hours() {
        #expect(Self.state("Newest batch", Self.data(rejected: [1, 1], age: 25 * 3600)) == .good)
        #expect(Self.state("Newest batch", Self.data(rejected: [1, 1], age: 27 * 3600)) == .look)
        #expect(Self.state("Newest batch", Self.data(rejected: [1, 1], age: 27 * 3600, pause: 86_400)) == .good)
        #expect(Self.state("Newest batch", Self.data(rejected: [1, 1], age: 73 * 3600, pause: 86_400)) == .look)
    }

    @Test func aLimitThatIsNearIsWorthALook() {
        var data = Self.data(rejected: [8, 8, 8, 8])
        #expect(Self.state("Growth", data) == .open && Self.state("Growth", data, limit: 1e9) == .open)
        let sizes = (0..<4).map { batch in
            ReportData.Size(
                batch: batch, time: Double(batch) * 86_400, rows: 1, bytes: 1_000_000 * (batch + 1), heap: 0, index: 0,
                toast: 0)
        }
        data.sizes = [.init(name: "scores", elements: sizes)]
        #expect(Self.state("Growth", data, limit: 4e6) == .look)
        #expect(Self.state("Growth", data, limit: 20e6) == .look)
        #expect(Self.state("Growth", data, limit: 400e6) == .good)
        data.sizes[0].elements = sizes.map { size in
            var size = size
            size.bytes = 5_000_000
            return size
        }
        #expect(Self.state("Growth", data, limit: 20e6) == .good)
    }

    @Test func theTitleSaysWhatToLookAt() {
        func verdict(_ states: [Verdict.State]) -> String {
            let names = ["Drift", "Rejects", "Growth"]
            return Verdict(
                checks: zip(names, states).map { .init(name: $0, state: $1, text: "", link: "") }
            ).title
        }
        #expect(verdict([.good, .good, .good]) == "Everything is all right")
        #expect(verdict([.good, .open, .good]) == "Nothing stands out so far")
        #expect(verdict([.look, .open, .good]) == "Look at: drift")
        #expect(verdict([.look, .look, .look]) == "Look at: drift, rejects and growth")
    }
}
