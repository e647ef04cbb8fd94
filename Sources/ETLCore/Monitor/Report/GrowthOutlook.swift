internal import Foundation

/// How the tables grow, and whether a limit is near.
struct GrowthOutlook: Sendable {
    /// Bytes that all tables together must not exceed; nil where none was named.
    let limit: Double?
    /// The answer for the headline.
    private(set) var check = Verdict.Check(name: "Growth", state: .open, text: "", link: "growth")
    /// What is foretold, for the section of the page.
    let sentence: String

    private let all: ReportData.Series<ReportData.Size>
    private let largest: [ReportData.Series<ReportData.Size>]

    /// Tables that are shown, the largest, beside all of them together.
    static let tableCount = 7
    /// A limit is near when it may be reached within so many batches, or within so many days.
    static let nearBatches = 30
    static let nearSeconds = 30 * 86_400.0

    /// Makes the forecasts.
    init(_ data: ReportData, limit: Double?) {
        self.limit = limit
        all = Self.sum(data.sizes)
        largest = Array(
            data.sizes.sorted { ($1.newestBytes, $0.name) < ($0.newestBytes, $1.name) }.prefix(Self.tableCount))
        let forecast = Self.forecast(all)
        sentence =
            forecast.map {
                """
                together they grow by \(Self.bytes($0.perBatch.value)) a batch, between \(Self.bytes($0.perBatch.low)) \
                and \(Self.bytes($0.perBatch.high)), by the newest \($0.batchCount) batches.
                """
            } ?? "not measurable under \(GrowthForecast.fewestBatches) measurements."
        judge(forecast)
    }

    /// A chart of all tables together, and one of each of the largest.
    func charts(_ data: ReportData) -> [Chart] {
        guard !largest.isEmpty else { return [] }
        return ([all] + largest).enumerated().map { index, series in
            GrowthChart.make(
                series, id: "growth-\(index + 1)", data.thinning, limit: index == 0 ? limit : nil,
                forecast: Self.forecast(series))
        }
    }

    private mutating func judge(_ forecast: GrowthForecast?) {
        guard let limit else {
            check.isNeeded = false
            let now = all.elements.last.map { "The tables have \(sizeText($0.bytes)). " } ?? ""
            check.text = "\(now)With --limit 50GB this says when they reach it."
            return
        }
        guard let forecast else {
            check.text = "Not measurable yet: a forecast needs \(GrowthForecast.fewestBatches) measurements."
            return
        }
        let sizes = "The tables have \(Self.bytes(forecast.newest.value)) of \(Self.bytes(limit))"
        switch forecast.outlook(to: limit) {
        case .passed: (check.state, check.text) = (.look, "\(sizes): the limit is reached.")
        case .flat, .shrinking: (check.state, check.text) = (.good, "\(sizes) and do not grow.")
        case .reached(let moment):
            let latest = moment.latestBatchID.map { " to \(grouped($0))" } ?? " on"
            var text = """
                \(sizes); the limit is reached at about batch \(grouped(moment.batchID)) (from \
                \(grouped(moment.earliestBatchID))\(latest))
                """
            // Batches that are loaded one after the other, as at a first load, say nothing about dates.
            let hasPace = forecast.secondsPerBatch.value >= 60
            if hasPace { text += ", about \(Self.date(moment.time))" }
            let isNear =
                moment.earliestBatchID - forecast.newest.batchID <= Self.nearBatches
                || (hasPace && moment.earliestTime - forecast.newest.time <= Self.nearSeconds)
            (check.state, check.text) = (isNear ? .look : .good, text + ".")
        }
    }

    /// The same as that of `etl-job growth`.
    static func forecast(_ series: ReportData.Series<ReportData.Size>) -> GrowthForecast? {
        GrowthForecast(
            series.elements.map {
                .init(batchID: $0.batch, time: $0.time, value: Double($0.bytes), rows: Double($0.rows))
            })
    }

    private static func sum(_ sizes: [ReportData.Series<ReportData.Size>]) -> ReportData.Series<ReportData.Size> {
        var sums: [Int: ReportData.Size] = [:]
        for size in sizes.flatMap(\.elements) {
            guard var sum = sums[size.batch] else {
                sums[size.batch] = size
                continue
            }
            sum.rows += size.rows
            sum.bytes += size.bytes
            sum.heap += size.heap
            sum.index += size.index
            sum.toast += size.toast
            sums[size.batch] = sum
        }
        return .init(name: "All tables", elements: sums.values.sorted { $0.batch < $1.batch })
    }

    private static func bytes(_ value: Double) -> String {
        value < 0 ? "−\(bytes(-value))" : sizeText(Int(min(value, 9e18)))
    }

    private static func date(_ seconds: Double) -> String {
        guard seconds < 32_503_680_000 else { return "after the year 3000" }
        return Date(timeIntervalSince1970: seconds).formatted(.iso8601.year().month().day())
    }
}

extension ReportData.Series<ReportData.Size> {
    fileprivate var newestBytes: Int { elements.last?.bytes ?? 0 }
}
