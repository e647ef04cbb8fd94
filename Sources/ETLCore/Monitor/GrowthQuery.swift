internal import PostgresClient

/// How large a table was after a batch.
public struct GrowthMeasurement: Sendable, Hashable {
    /// The batch.
    public let batchID: Int
    /// When it was measured, in seconds since 1970.
    public let time: Double
    /// Rows, exactly.
    public let rowCount: Int
    /// Bytes of the rows themselves.
    public let heapBytes: Int
    /// Bytes of its indexes.
    public let indexBytes: Int
    /// Bytes of values stored out of line.
    public let toastBytes: Int
    /// Rows that vacuum has yet to remove; nil where the server keeps no statistics.
    public let deadRows: Int?
    /// Share of all updates so far that needed no index entry, 0…1; nil without updates.
    public let hotUpdateShare: Double?

    /// Bytes in all.
    public var totalBytes: Int { heapBytes + indexBytes + toastBytes }
}

/// How a table grew over the newest batches.
public struct TableGrowth: Sendable, Hashable {
    /// Name of all tables together.
    public static let allTables = "(all)"

    /// The table; `(all)` for all of them together.
    public let table: String
    /// Its measurements, the oldest first; never empty.
    public let history: [GrowthMeasurement]
    /// The newest of them.
    public let newest: GrowthMeasurement
    /// Forecast of its rows; nil under three measurements.
    public let rows: GrowthForecast?
    /// Forecast of its bytes in all; nil under three measurements.
    public let bytes: GrowthForecast?

    /// Makes forecasts from all of the measurements; nil without any.
    public init?(table: String, history: [GrowthMeasurement]) {
        guard let newest = history.last else { return nil }
        (self.table, self.history, self.newest) = (table, history, newest)
        rows = GrowthForecast(
            history.map { .init(batchID: $0.batchID, time: $0.time, value: Double($0.rowCount)) },
            last: history.count)
        bytes = GrowthForecast(
            history.map {
                .init(
                    batchID: $0.batchID, time: $0.time, value: Double($0.totalBytes), rows: Double($0.rowCount))
            },
            last: history.count)
    }
}

extension Session {
    /// How the tables grew over the newest batches; all of them together come last.
    ///
    /// - Parameters:
    ///   - batches: how many batches at most.
    ///   - table: one table, or `(all)`; nil for each.
    /// - Returns: nothing where nothing has been measured.
    /// - Throws: `JobError` (66) where no such table is measured.
    public func growth(
        batches: Int = GrowthForecast.usualBatchCount, table: String? = nil
    ) throws -> [TableGrowth] {
        try reading {
            var histories: [String: [GrowthMeasurement]] = [:]
            for row in try connection.execute(SQL.listGrowth, [batches]) {
                let measurement = GrowthMeasurement(
                    batchID: try row.get("as_of_batch_id"), time: try row.get("measured_at_seconds"),
                    rowCount: try row.get("row_count"), heapBytes: try row.get("heap_bytes"),
                    indexBytes: try row.get("index_bytes"), toastBytes: try row.get("toast_bytes"),
                    deadRows: try row.getOptional("dead_rows"),
                    hotUpdateShare: try row.getOptional("hot_update_share"))
                histories[try row.get("table_name"), default: []].append(measurement)
            }
            let all = TableGrowth.allTables
            let names = histories.keys.filter { $0 != all }.sorted()
            if let table, !histories.isEmpty, histories[table] == nil {
                throw JobError(
                    .noInput, "No table of this name is measured.",
                    advice: "These are: \(names.joined(separator: ", ")); and \(all), all of them together.")
            }
            return (table.map { [$0] } ?? names + [all]).compactMap {
                TableGrowth(table: $0, history: histories[$0] ?? [])
            }
        }
    }
}
