@testable import ETLCore

/// Pages of made-up figures, for what the sample batches do not have: many batches, odd names, all reasons, alarms.
enum SampleReport: String, CaseIterable, Sendable {
    case empty
    case oneBatch
    case twoBatches
    case usual
    case thousandBatches
    case oddNames

    /// The page as HTML.
    func html() throws -> String {
        let data = self.data
        let templates = try ReportTemplates()
        let outlook = GrowthOutlook(data, limit: self == .usual ? 60e6 : nil)
        return try templates.render(
            ReportPage(
                data, Verdict(data, growth: outlook.check), outlook, templates, database: "etl",
                schema: self == .oddNames ? oddName : "public"))
    }

    /// A name that tries to be more than a name.
    private var oddName: String { "<b onclick=\"alert(1)\">&'\u{0007}\u{202E}\"\u{301} x='" }

    private var batchCount: Int {
        switch self {
        case .empty: 0
        case .oneBatch: 1
        case .twoBatches: 2
        case .usual: 20
        case .thousandBatches: 1000
        case .oddNames: 40
        }
    }

    private var industries: [String] {
        guard self == .oddNames else { return ["cars", "clothing", "food", "hair care"] }
        return [
            oddName, "an industry whose name is so long that it needs more than one line even in a wide window, always",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "食品と飲料",
            "</title></style><script>alert(1)</script>", "{{name}}", "a\u{0}b",
        ] + (8...12).map { "industry \($0)" }
    }

    var data: ReportData {
        var random = SeededNumbers(seed: 7)
        var data = ReportData()
        let count = batchCount
        data.totals = .init(
            batchCount: count, readCount: count * 400, acceptedCount: count * 392, rejectedCount: count * 8,
            usualPause: 3600, age: count == 0 ? nil : 7200, madeAt: "2025-01-31 12:00 UTC")
        guard count > 0 else { return data }
        data.thinning = Thinning(
            Array(0..<count), recent: ReportData.recent, older: ReportData.older, keeping: [count / 3])
        let reasons = RejectReason.allCases.map(\.rawValue)
        data.batches = data.thinning.shown.map { id in
            var batch = ReportData.Batch(
                id: id, source: "batches/batch_\(id).json", read: 400, accepted: 392, rejected: 8,
                windowFirst: id < 2 ? nil : id - 2, windowSize: 3, method: "percent_rank", snapshots: 1180,
                appliedAt: "2025-01-31 10:00", seconds: 0.05 + random.next() * 0.1)
            for reason in reasons { batch.reasons[reason] = Int(random.next() * 4) }
            return batch
        }
        data.previousBatch = count > 1 ? count - 2 : nil
        for (index, industry) in (industries + ["(all)"]).enumerated() {
            addDistributions(industry, Double(index), &data, &random)
        }
        for (index, name) in ["percentile_snapshots", "scores", "batches"].enumerated() {
            var sizes: [ReportData.Size] = []
            for id in data.thinning.shown {
                let noise: Double = 1 + random.next() * 0.1
                let half = Int(Double(id + 1) * 300_000 * noise) / (index + 1)
                sizes.append(
                    ReportData.Size(
                        batch: id, time: Double(id) * 3600, rows: id * 400, bytes: 2 * half, heap: half, index: half,
                        toast: 0))
            }
            data.sizes.append(.init(name: name, elements: sizes))
        }
        if count > 3 {
            for index in 0..<10 {
                let id: String = self == .oddNames && index == 0 ? oddName : "01GNNA1J307AY6JA6HE9DDPSW\(index)"
                let after: Double = index % 2 == 0 ? 100 : 0
                data.movers.append(
                    ReportData.Mover(
                        id: id, industry: industries[index % industries.count], score: 0.5, before: Double(index) * 11,
                        after: after))
            }
        }
        return data
    }

    private func addDistributions(
        _ industry: String, _ place: Double, _ data: inout ReportData, _ random: inout SeededNumbers
    ) {
        let windows = data.thinning.shown.filter { $0 >= 2 }
        if industry != "(all)", !windows.isEmpty {
            data.quantiles.append(
                .init(
                    name: industry,
                    elements: windows.map { id in
                        let middle = place * 0.2 + Double(id) * 0.005 + random.next() * 0.02
                        return .init(
                            batch: id, count: 300, mean: middle,
                            values: [-0.3, -0.12, 0, 0.1, 0.25].map { middle + $0 })
                    }))
        }
        func measurements(from first: Int, isBaseline: Bool) -> [ReportData.Drift] {
            data.thinning.shown.filter { $0 >= first }.map { id in
                let isAlarm = id == batchCount / 3 && place == 0
                let value = isBaseline ? Double(id) * 0.02 : random.next() * 0.25 + (isAlarm ? 0.5 : 0)
                return .init(
                    batch: id, referenceFirst: 0, referenceLast: 2, currentFirst: id, referenceCount: 300,
                    currentCount: 100, ks: 0.1, pValue: 0.3, psi: 0.1, psiCritical: 0.2, distance: value, shift: value,
                    mixPValue: industry == "(all)" ? 0.4 : nil, slope: 0.02, expected: Double(id) * 0.02,
                    isBeyondTrend: false, alpha: 0.01, minimumEffect: 0.2, industryCount: 4,
                    drifted: value > 0.3, isAlarm: isAlarm)
            }
        }
        for (isBaseline, first) in [(false, 3), (true, 5)] {
            let series = ReportData.Series(name: industry, elements: measurements(from: first, isBaseline: isBaseline))
            guard !series.elements.isEmpty else { continue }
            if isBaseline { data.baseline.append(series) } else { data.preceding.append(series) }
        }
    }
}

/// Numbers between 0 and 1 that are the same in every run.
struct SeededNumbers {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 40) / Double(1 << 24)
    }
}
