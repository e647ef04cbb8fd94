import ETLCore
import Foundation

/// What is to be said of growth, for a person.
struct GrowthText {
    private let tables: [TableGrowth]
    private let limits: [GrowthLimit]
    /// The table that limits are for.
    private let limited: TableGrowth?

    init(_ tables: [TableGrowth], limits: [GrowthLimit]) {
        self.tables = tables
        self.limits = limits
        limited = tables.last
    }

    var text: String {
        guard let limited else {
            return "Nothing has been measured yet: every batch measures the tables when it is loaded (etl-job run)."
        }
        return ([table, closing(limited)] + limits.map { sentence($0, limited) }).joined(separator: "\n")
    }

    private var table: String {
        var table = TextTable([
            ("table", .left), ("rows", .right), ("rows/batch", .right), ("heap", .right), ("index", .right),
            ("TOAST", .right), ("bytes/batch", .right), ("new bytes", .left), ("dead rows", .right), ("HOT", .right),
        ])
        for growth in tables {
            let newest = growth.newest
            if growth.table == TableGrowth.allTables, tables.count > 1 { table.appendRule() }
            let values = growth.history.map { Double($0.totalBytes) }
            table.append([
                growth.table, grouped(newest.rowCount),
                growth.rows.map { slopeText($0, rowsText) } ?? "–",
                bytesText(Double(newest.heapBytes)), bytesText(Double(newest.indexBytes)),
                bytesText(Double(newest.toastBytes)), growth.bytes.map { slopeText($0, bytesText) } ?? "–",
                sparkline(zip(values.dropFirst(), values).map { $0 - $1 }.suffix(20)),
                newest.deadRows.map(grouped) ?? "–",
                newest.hotUpdateShare.map { decimal($0 * 100, 1) + " %" } ?? "–",
            ])
        }
        return table.render(Style(.standardOutput))
    }

    private func closing(_ growth: TableGrowth) -> String {
        let batch = "As of batch \(growth.newest.batchID)"
        guard let forecast = growth.bytes else {
            return "\(batch). Growth is not measurable yet: \(measured(growth)), and a slope takes "
                + "\(GrowthForecast.fewestBatches)."
        }
        return
            "\(batch); slopes over the last \(forecast.batchCount) batches, \(pace(forecast)). ± gives an interval of "
            + "\(decimal(forecast.confidence * 100, 0)) %."
    }

    private func sentence(_ limit: GrowthLimit, _ growth: TableGrowth) -> String {
        let isAll = growth.table == TableGrowth.allTables
        let name = isAll ? "All tables together" : growth.table
        let amount = amountText(limit.amount, limit.unit)
        let (forecast, now) =
            limit.unit == .rows
            ? (growth.rows, growth.newest.rowCount) : (growth.bytes, growth.newest.totalBytes)
        let held = "\(amountText(Double(now), limit.unit)) as of batch \(growth.newest.batchID)"
        if Double(now) >= limit.amount { return "\(name) \(isAll ? "have" : "has") passed \(amount): \(held)." }
        guard let forecast else {
            return "When \(isAll ? "all tables together reach" : "\(name) reaches") \(amount) is not measurable yet: "
                + "\(measured(growth)), and a forecast takes \(GrowthForecast.fewestBatches)."
        }
        switch forecast.outlook(to: limit.amount) {
        case .passed:
            return "\(name) \(isAll ? "have" : "has") passed \(amount): \(held)."
        case .flat:
            return "\(name) \(isAll ? "do" : "does") not grow: \(amount) is not in sight (\(held))."
        case .shrinking:
            return "\(name) became smaller over the last \(forecast.batchCount) batches: \(amount) is not in sight "
                + "(\(held))."
        case .reached(let moment):
            return "\(name) \(isAll ? "reach" : "reaches") \(amount) \(moments(moment)) (\(held))."
        }
    }

    /// When a limit is reached, with its interval.
    private func moments(_ moment: GrowthForecast.Moment) -> String {
        let batch = "at about batch \(grouped(moment.batchID))"
        let isNear = moment.time - (limited?.newest.time ?? 0) < 3 * 86_400
        func date(_ time: Double) -> String { dateText(time, withTime: isNear) ?? "after the year 9999" }
        guard let latest = moment.latestBatchID, let latestTime = moment.latestTime else {
            return "\(batch), about \(date(moment.time)); at the earliest at batch \(grouped(moment.earliestBatchID)), "
                + "\(date(moment.earliestTime)), and by the same figures perhaps never"
        }
        return "\(batch)\(range(grouped(moment.earliestBatchID), grouped(latest))), "
            + (dateText(moment.time) == nil ? "" : "about ") + date(moment.time)
            + range(date(moment.earliestTime), date(latestTime))
    }

    /// An interval in parentheses; nothing where both ends look the same.
    private func range(_ low: String, _ high: String) -> String { low == high ? "" : " (\(low) to \(high))" }

    private func measured(_ growth: TableGrowth) -> String {
        "\(counted(growth.history.count, "batch is", "batches are")) measured"
    }

    /// How fast the batches came.
    private func pace(_ forecast: GrowthForecast) -> String {
        let seconds = forecast.secondsPerBatch.value
        switch seconds {
        case ..<60: return "one every \(decimal(max(seconds, 0), 2)) s"
        case ..<7200: return "one every \(decimal(seconds / 60, 1)) minutes"
        case ..<172_800: return "one every \(decimal(seconds / 3600, 1)) hours"
        default: return "one every \(decimal(seconds / 86_400, 1)) days"
        }
    }

    private func slopeText(_ forecast: GrowthForecast, _ text: (Double) -> String) -> String {
        let slope = forecast.perBatch
        return "\(text(slope.value)) ± \(text((slope.high - slope.low) / 2))"
    }

    private func rowsText(_ rows: Double) -> String {
        let text = abs(rows) < 99.95 || abs(rows) > 1e15 ? decimal(abs(rows), 1) : grouped(Int(abs(rows).rounded()))
        return (rows < 0 ? "−" : "") + text
    }

    private func amountText(_ amount: Double, _ unit: GrowthLimit.Unit) -> String {
        switch unit {
        case .bytes: bytesText(amount)
        case .rows: counted(Int(min(amount, 1e18)), "row", "rows")
        }
    }
}

/// The year 10000, in seconds since 1970.
let farthestTime = 253_402_300_800.0

/// A number of bytes as people read it: 8 kB, 1.5 GB, each unit 1,024 of the one before.
func bytesText(_ bytes: Double) -> String {
    var (amount, unit) = (abs(bytes), 0)
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    while amount >= 1023.5, unit < units.count - 1 { (amount, unit) = (amount / 1024, unit + 1) }
    let places = unit == 0 || amount >= 99.95 || amount == amount.rounded() ? 0 : 1
    return (bytes < 0 ? "−" : "") + decimal(amount, places) + " " + units[unit]
}

/// A day in UTC, 2026-11-25, or a minute of it, 2026-11-25 08:30 UTC; nil after the year 9999.
func dateText(_ time: Double, withTime: Bool = false) -> String? {
    guard time < farthestTime else { return nil }
    let text = Date(timeIntervalSince1970: time).formatted(.iso8601)
    return withTime ? "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC" : String(text.prefix(10))
}
