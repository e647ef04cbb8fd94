/// The whole page as the templates show it.
struct ReportPage: Sendable {
    /// A question of the headline.
    struct Check: Sendable {
        var name: String
        var symbol: String
        var word: String
        var text: String
        var link: String
    }

    /// Whether everything is all right.
    struct Headline: Sendable {
        var title: String
        var symbol: String
        var checks: [Check]
    }

    /// A figure and its name.
    struct Fact: Sendable {
        var name: String
        var value: String
    }

    /// A legend on its own.
    struct Legend: Sendable {
        var legend: [Chart.Key]
    }

    var title: String
    var policy: String
    var style: String
    var script: String
    var version = JobVersion.current
    var madeAt: String
    var database: String
    var schema: String
    var headline: Headline
    /// The newest batch; nil for an empty ledger.
    var newest: String?
    var facts: [Fact] = []
    var thinning: String?
    var windowSize = ""
    var fan: [Chart] = []
    var fanLegend = Legend(legend: [
        .line("median", "median"), .area("inner", "25 to 75 %"), .area("outer", "5 to 95 %"),
    ])
    var alpha = ""
    var preceding: [Chart] = []
    var precedingLegend = Legend(legend: [
        .line("measured", "distance"), .line("threshold", "limit of the distance"),
        .marker("drifted", "moved, as usual"), .marker("alarm", "alarm: more than usual"),
    ])
    var baselineName = ""
    var baseline: [Chart] = []
    var baselineLegend = Legend(legend: [
        .line("measured", "shift of the mean"), .line("trend", "its trend before"), .line("threshold", "limit"),
        .marker("drifted", "moved, on trend"), .marker("alarm", "alarm: beyond the trend"),
    ])
    var rejects: [Chart] = []
    var runs: [Chart] = []
    var growth: [Chart] = []
    var forecastText = ""
    var growthLegend = Legend(legend: [
        .line("measured", "measured"), .line("expected", "expected"), .area("forecast", "forecast band"),
    ])
    var movers: MoverChart?
}

extension ReportPage {
    /// Makes the page of what was read.
    init(
        _ data: ReportData, _ verdict: Verdict, _ outlook: GrowthOutlook, _ templates: ReportTemplates,
        database: String, schema: String
    ) {
        title = data.newest.map { "\(verdict.title) – score percentiles as of batch \($0.id)" } ?? verdict.title
        (policy, style, script) = (templates.policy, templates.style, templates.script)
        madeAt = data.totals.madeAt
        (self.database, self.schema) = (pageText(database), pageText(schema))
        headline = Headline(verdict)
        guard let newest = data.newest else {
            headline.checks.removeAll { $0.symbol != "look" }
            for index in headline.checks.indices { headline.checks[index].link = "main" }
            if headline.checks.isEmpty {
                headline = Headline(title: "No batch has been applied yet", symbol: "open", checks: [])
            }
            title = "No batch yet – score percentiles"
            return
        }
        self.newest = "\(newest.id)"
        windowSize = "\(newest.windowSize)"
        facts = Self.facts(data, newest)
        thinning = data.thinning.sentence
        addDistributions(data)
        rejects = [RejectChart.make(data.batches, id: "rejects", data.thinning)]
        runs = [
            RunCharts.rows(data.batches, id: "rows", data.thinning),
            RunCharts.times(data.batches, id: "runs", data.thinning),
        ]
        growth = outlook.charts(data)
        forecastText = outlook.sentence
        movers = MoverChart(data)
    }

    private mutating func addDistributions(_ data: ReportData) {
        let values = extent(data.quantiles.flatMap { $0.elements.flatMap(\.values) }) ?? 0...1
        let margin = (values.upperBound - values.lowerBound) * 0.04
        let range = (values.lowerBound - margin)...(values.upperBound + margin)
        fan = data.quantiles.enumerated().map { index, series in
            FanChart.make(series, range: range, id: "scores-\(index + 1)", data.thinning)
        }
        preceding = Self.pooledLast(data.preceding).enumerated().map { index, series in
            DriftChart.make(series, against: .preceding, id: "drift-\(index + 1)", data.thinning)
        }
        baseline = Self.pooledLast(data.baseline).enumerated().map { index, series in
            DriftChart.make(series, against: .baseline, id: "creep-\(index + 1)", data.thinning)
        }
        alpha = data.preceding.first?.elements.last.map { "\($0.alpha)" } ?? ""
        if let last = data.baseline.first?.elements.last {
            baselineName = "batches \(last.referenceFirst) to \(last.referenceLast)"
        }
    }

    private static func pooledLast<Element>(_ series: [ReportData.Series<Element>]) -> [ReportData.Series<Element>] {
        series.filter { $0.name != "(all)" } + series.filter { $0.name == "(all)" }
    }

    private static func facts(_ data: ReportData, _ newest: ReportData.Batch) -> [Fact] {
        let window = newest.windowFirst.map { "\($0)–\(newest.id)" } ?? "not full yet"
        return [
            Fact(name: "Batches applied", value: grouped(data.totals.batchCount)),
            Fact(name: "Rows read", value: grouped(data.totals.readCount)),
            Fact(name: "Rejected", value: percent(data.totals.rejectedCount, of: data.totals.readCount)),
            Fact(name: "Window", value: window),
            Fact(name: "Percentiles given last", value: grouped(newest.snapshots)),
            Fact(name: "Last batch took", value: durationText(newest.seconds)),
        ]
    }
}

extension ReportPage.Headline {
    fileprivate init(_ verdict: Verdict) {
        title = verdict.title
        symbol = verdict.findings.isEmpty ? "good" : "look"
        checks = verdict.checks.map { check in
            let word =
                switch check.state {
                case .good: "good"
                case .look: "look"
                case .open: check.isNeeded ? "not known" : "no limit"
                }
            return ReportPage.Check(
                name: check.name, symbol: check.state.rawValue, word: word, text: check.text, link: check.link)
        }
    }
}
