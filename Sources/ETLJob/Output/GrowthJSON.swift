import ETLCore
import Foundation

/// Growth for programs: figures unrounded, absent ones null.
struct GrowthJSON: Encodable {
    private let tables: [Table]
    private let limits: [Limit]

    init(_ growth: [TableGrowth], limits: [GrowthLimit]) {
        tables = growth.map(Table.init)
        self.limits = growth.last.map { table in limits.map { Limit($0, table) } } ?? []
    }

    private struct Slope: Encodable {
        let value, low, high, standardError: Double

        enum CodingKeys: String, CodingKey {
            case value, low, high
            case standardError = "standard_error"
        }

        init(_ forecast: GrowthForecast) {
            (value, low, high) = (forecast.perBatch.value, forecast.perBatch.low, forecast.perBatch.high)
            standardError = forecast.standardError
        }
    }

    private struct Table: Encodable {
        let table: String
        let asOfBatchID, batches, rows, heapBytes, indexBytes, toastBytes, totalBytes: Int
        @Nullable var measuredAt: String?
        @Nullable var deadRows: Int?
        @Nullable var hotUpdateShare: Double?
        @Nullable var rowsPerBatch: Slope?
        @Nullable var bytesPerBatch: Slope?
        @Nullable var secondsPerBatch: Double?

        enum CodingKeys: String, CodingKey {
            case table, batches, rows
            case measuredAt = "measured_at"
            case asOfBatchID = "as_of_batch_id"
            case heapBytes = "heap_bytes"
            case indexBytes = "index_bytes"
            case toastBytes = "toast_bytes"
            case totalBytes = "total_bytes"
            case deadRows = "dead_rows"
            case hotUpdateShare = "hot_update_share"
            case rowsPerBatch = "rows_per_batch"
            case bytesPerBatch = "bytes_per_batch"
            case secondsPerBatch = "seconds_per_batch"
        }

        init(_ growth: TableGrowth) {
            let newest = growth.newest
            (table, asOfBatchID, batches) = (growth.table, newest.batchID, growth.history.count)
            (rows, heapBytes, indexBytes) = (newest.rowCount, newest.heapBytes, newest.indexBytes)
            (toastBytes, totalBytes) = (newest.toastBytes, newest.totalBytes)
            measuredAt = timeText(newest.time)
            deadRows = newest.deadRows
            hotUpdateShare = newest.hotUpdateShare
            rowsPerBatch = growth.rows.map(Slope.init)
            bytesPerBatch = growth.bytes.map(Slope.init)
            secondsPerBatch = growth.bytes?.secondsPerBatch.value
        }
    }

    private struct Limit: Encodable {
        let table, outlook: String
        let limit: Double
        let unit: GrowthLimit.Unit
        @Nullable var batchID: Int?
        @Nullable var earliestBatchID: Int?
        @Nullable var latestBatchID: Int?
        @Nullable var reachedAt: String?
        @Nullable var earliestAt: String?
        @Nullable var latestAt: String?

        enum CodingKeys: String, CodingKey {
            case table, outlook, limit, unit
            case batchID = "batch_id"
            case earliestBatchID = "earliest_batch_id"
            case latestBatchID = "latest_batch_id"
            case reachedAt = "reached_at"
            case earliestAt = "earliest_at"
            case latestAt = "latest_at"
        }

        init(_ limit: GrowthLimit, _ growth: TableGrowth) {
            (table, self.limit, unit) = (growth.table, limit.amount, limit.unit)
            let now = limit.unit == .rows ? growth.newest.rowCount : growth.newest.totalBytes
            let forecast = limit.unit == .rows ? growth.rows : growth.bytes
            guard Double(now) < limit.amount else {
                outlook = "passed"
                return
            }
            switch forecast?.outlook(to: limit.amount) {
            case nil: outlook = "not_measurable_yet"
            case .passed: outlook = "passed"
            case .flat: outlook = "flat"
            case .shrinking: outlook = "shrinking"
            case .reached(let moment):
                outlook = "reached"
                batchID = moment.batchID
                earliestBatchID = moment.earliestBatchID
                latestBatchID = moment.latestBatchID
                reachedAt = timeText(moment.time)
                earliestAt = timeText(moment.earliestTime)
                latestAt = moment.latestTime.flatMap(timeText)
            }
        }
    }
}

/// A value that is encoded as null where it is absent, instead of left out.
@propertyWrapper
struct Nullable<Value: Encodable>: Encodable {
    var wrappedValue: Value?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

/// A moment in UTC as ISO 8601; nil after the year 9999.
private func timeText(_ time: Double) -> String? {
    time < farthestTime ? Date(timeIntervalSince1970: time).formatted(.iso8601) : nil
}
