internal import CLibPQ

/// libpq's list of connection settings, read into Swift.
enum ConnectionOptions {
    /// The settings that have a value; frees the list.
    static func read(_ list: UnsafeMutablePointer<PQconninfoOption>?) -> [String: String] {
        guard let list else { return [:] }
        defer { PQconninfoFree(list) }
        var values: [String: String] = [:]
        var next = list
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        return values
    }

    /// Defaults without those for which the environment or its service file has another value than libpq's own.
    static func besidesEnvironment(
        _ defaults: [(keyword: String, value: String)]
    ) -> [(keyword: String, value: String)] {
        guard let list = PQconndefaults() else { return defaults }
        var compiled: [String: String] = [:]
        var next = list
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.compiled { compiled[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        let values = read(list)
        return defaults.filter { name, _ in values[name] == nil || values[name] == compiled[name] }
    }
}
