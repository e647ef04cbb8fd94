internal import Foundation
internal import PostgresClient

/// Writes the job's tables as CSV files, all from one snapshot of the database.
public struct Exporter {
    /// One file that was written.
    public struct File: Sendable, Codable {
        /// The table.
        public let table: String
        /// Path of the file.
        public let path: String
        /// Rows, without the header.
        public let rows: Int
        /// Size in bytes.
        public let bytes: Int
    }

    let session: Session
    /// The folder that receives the files; made where it is missing.
    public let folder: String

    /// Makes an exporter.
    public init(session: Session, folder: String) {
        self.session = session
        self.folder = folder
    }

    private static let tables: [(name: String, statement: Statement)] = [
        ("scores", SQL.exportScores),
        ("percentile_snapshots", SQL.exportPercentileSnapshots),
        ("rejected_assets", SQL.exportRejectedAssets),
        ("batch_distributions", SQL.exportBatchDistributions),
        ("distribution_snapshots", SQL.exportDistributionSnapshots),
        ("drift_measurements", SQL.exportDriftMeasurements),
        ("table_growth", SQL.exportTableGrowth),
        ("batches", SQL.exportBatches),
        ("industries", SQL.exportIndustries),
        ("industry_aliases", SQL.exportIndustryAliases),
    ]

    /// Streams every table into a file of its own.
    ///
    /// A file gets its name when all of them are complete; until then the earlier files stay as they were.
    ///
    /// - Throws: `JobError` where a file cannot be written or the database fails.
    public func export(onFile: (File) -> Void = { _ in }) throws -> [File] {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw JobError(.configuration, "The folder \(folder) cannot be made: \(error.localizedDescription)")
        }
        let files: [File]
        do {
            files = try session.reading {
                try Self.tables.map { table in
                    let file = try write(table.name, table.statement)
                    onFile(file)
                    return file
                }
            }
            for file in files { try rename(temporary(file.path), file.path) }
        } catch {
            for table in Self.tables { unlink(temporary(path(table.name))) }
            throw error
        }
        return files
    }

    private func path(_ table: String) -> String {
        folder.hasSuffix("/") ? "\(folder)\(table).csv" : "\(folder)/\(table).csv"
    }
    private func temporary(_ path: String) -> String { "\(path).partial" }

    private func write(_ table: String, _ statement: Statement) throws -> File {
        let path = path(table)
        let temporaryPath = temporary(path)
        guard let stream = fopen(temporaryPath, "w") else { throw failure(temporaryPath) }
        var bytes = 0
        var rows = 0
        do {
            rows = try session.connection.copyOut(statement) { data in
                guard fwrite(data.baseAddress, 1, data.count, stream) == data.count else {
                    throw failure(temporaryPath)
                }
                bytes += data.count
            }
        } catch {
            fclose(stream)
            throw error
        }
        guard fclose(stream) == 0 else { throw failure(temporaryPath) }
        return File(table: table, path: path, rows: rows, bytes: bytes)
    }

    private func rename(_ source: String, _ target: String) throws {
        guard Foundation.rename(source, target) == 0 else { throw failure(target) }
    }

    private func failure(_ path: String) -> JobError {
        let code = errno
        return JobError(
            code == ENOSPC ? .unavailable : .configuration,
            "\(path) cannot be written: \(String(cString: strerror(code))).")
    }
}
