internal import Foundation

/// The file that Prometheus' node_exporter collects: a reader sees the old text or the new one, never a part.
struct MetricsFile: Sendable {
    /// Path of the file; where it was a symbolic link, of what it stands for.
    let path: String
    /// The folder that it stands in.
    private var folder: String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }
    private var name: String { (path as NSString).lastPathComponent }

    /// What an older file says that a failed run must not forget.
    struct Previous: Equatable {
        /// The database of this schema; nil where there is none, or more than one.
        var database: String?
        /// When a run last ended well, in seconds since 1970, by database; empty name for none.
        var successes: [String: Double] = [:]
    }

    init(path: String) { self.path = resolvedPath(path) ?? path }

    /// Finds out, before any work is done, whether the file can be written.
    ///
    /// - Throws: `JobError` (78).
    func check() throws {
        // A device, too, would be replaced.
        let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        guard !path.hasSuffix("/"), kind == nil || kind == .typeRegular else {
            throw failure("it is there and no regular file")
        }
        var temporary = temporaryName
        let descriptor = mkstemp(&temporary)
        guard descriptor >= 0 else { throw failure(systemErrorText()) }
        close(descriptor)
        unlink(temporary)
    }

    /// Replaces the file, so that it is whole and on disk when this returns.
    ///
    /// - Parameters:
    ///   - isHurried: whether there is no time to wait for the disk: a crash of the machine may then lose the text.
    ///   - text: makes the new text of what the old file says; another run that writes at the same moment waits.
    /// - Throws: `JobError`.
    func replace(isHurried: Bool = false, _ text: (String) -> String) throws {
        let directory = open(folder, O_RDONLY | O_CLOEXEC)
        defer { if directory >= 0 { close(directory) } }
        lock(directory)
        let new = text(smallFile(path, limit: 1 << 20) ?? "")
        // The collector reads *.prom only; this name ends otherwise.
        var temporary = temporaryName
        let descriptor = mkstemp(&temporary)
        guard descriptor >= 0 else { throw failure(systemErrorText()) }
        let isWritten =
            write(new, to: descriptor) && fchmod(descriptor, 0o644) == 0
            && (isHurried || fsync(descriptor) == 0)
        let reason = systemErrorText()
        let isClosed = close(descriptor) == 0
        guard isWritten, isClosed, rename(temporary, path) == 0 else {
            let error = failure(isWritten ? systemErrorText() : reason)
            unlink(temporary)
            throw error
        }
        if directory >= 0 && !isHurried { fsync(directory) }
    }

    /// Two runs that end at once read and write one after the other.
    ///
    /// The lock goes with the descriptor. After half a second the file matters more than the order.
    private func lock(_ directory: Int32) {
        guard directory >= 0 else { return }
        for _ in 0..<20 where flock(directory, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            usleep(25_000)
        }
    }

    private var temporaryName: [CChar] { Array("\(folder)/.\(name).XXXXXX".utf8CString) }

    private func write(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func failure(_ reason: String) -> JobError {
        JobError(
            .configuration, "The metrics file \(path) cannot be written: \(reason).",
            advice: "Name a file in a folder that this user may write to, or leave --metrics-file out.")
    }
}

extension MetricsFile.Previous {
    private static let metric = "etl_job_last_success_timestamp_seconds"

    /// Reads what an older file says; of a text that is something else, nothing.
    ///
    /// - Parameters:
    ///   - text: of the file.
    ///   - schema: the schema in question.
    ///   - now: in seconds since 1970; a success later than that is none.
    init(_ text: String, schema: String, now: Double) {
        var databases: Set<String> = []
        for line in text.unicodeScalars.split(separator: "\n").map(String.init) where line.hasPrefix("etl_job_") {
            guard let (name, labels, value) = Self.sample(line), labels["schema"] == schema else { continue }
            let database = labels["database"] ?? ""
            databases.insert(database)
            if name == Self.metric, let time = Double(value), time > 0, time <= now { successes[database] = time }
        }
        database = databases.count == 1 ? databases.first : nil
    }

    /// Takes a sample's line apart; by scalars, as it was written.
    private static func sample(_ line: String) -> (name: String, labels: [String: String], value: String)? {
        var rest = line.unicodeScalars[...]
        func take(upTo end: Unicode.Scalar) -> String? {
            guard let index = rest.firstIndex(of: end) else { return nil }
            defer { rest = rest[rest.index(after: index)...] }
            return String(rest[..<index])
        }
        guard let name = take(upTo: "{") else { return nil }
        var labels: [String: String] = [:]
        while rest.first != "}" {
            guard let label = take(upTo: "="), rest.popFirst() == "\"" else { return nil }
            var value = String.UnicodeScalarView()
            while let scalar = rest.popFirst(), scalar != "\"" {
                guard scalar == "\\" else {
                    value.append(scalar)
                    continue
                }
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped == "n" ? "\n" : escaped)
            }
            labels[label] = String(value)
            if rest.first == "," { rest.removeFirst() }
        }
        return (name, labels, String(rest.dropFirst().drop { $0 == " " }))
    }
}
