using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>Merges the files: objects member by member, in any case; every other value replaces that of the files before.</summary>
public sealed partial class ConfigurationReader
{
    /// <summary>The overlay that set a value or created the object around it, by pointer. All else comes from the base file.</summary>
    private readonly Dictionary<string, string> fileOf = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Merges files and variables, for those who read a part of them.</summary>
    /// <exception cref="ConfigurationException">A file cannot be read, is not a JSON object, or has a member twice.</exception>
    private static (ConfigurationReader Reader, JsonObject Root) Open(string? path, IReadOnlyDictionary<string, string> environment, string? namedBy)
    {
        var files = new ConfigurationFiles(path, namedBy);
        var reader = new ConfigurationReader(files.BaseName, environment);
        var read = files.Read(reader.mistakes);
        if (reader.mistakes.Count > 0)
            throw new ConfigurationException(reader.Report());
        var root = reader.Merge(read);
        reader.ReadVariables(root);
        return (reader, root);
    }

    /// <exception cref="ConfigurationException">A file is not a JSON object, or has a member twice.</exception>
    private JsonObject Merge(IReadOnlyList<ConfigurationFile> files)
    {
        JsonObject? root = null;
        foreach (var (name, bytes) in files)
        {
            if (ConfigurationText.ToUtf8(bytes, out var mistake) is not { } utf8)
                mistakes.Add($"{name}: {mistake}");
            else if (TryParse(utf8, name) is { } members)
                root = root is null ? members : MergeInto(root, members, "", name);
        }

        return mistakes.Count > 0 ? throw new ConfigurationException(Report()) : root!;
    }

    private JsonObject MergeInto(JsonObject members, JsonObject overlay, string pointer, string file)
    {
        foreach (var (name, value) in overlay.ToArray())
        {
            var at = $"{pointer}/{ConfigurationText.Escape(name)}";
            if (value is JsonObject inner && members[name] is JsonObject outer)
            {
                MergeInto(outer, inner, at, file);
                continue;
            }

            // A node has one place.
            overlay.Remove(name);
            Replace(members, name, value, at);
            fileOf[at] = file;
        }

        return members;
    }

    /// <summary>Sets a value; nothing remains of where the value before it came from.</summary>
    private void Replace(JsonObject members, string name, JsonNode? value, string pointer)
    {
        members[name] = value;
        if (fileOf.Count == 0)
            return;
        fileOf.Remove(pointer);
        foreach (var below in fileOf.Keys.Where(each => each.StartsWith(pointer + "/", StringComparison.OrdinalIgnoreCase)).ToList())
            fileOf.Remove(below);
    }

    /// <summary>Puts what a running process keeps in the place of what the files say.</summary>
    private void Keep(KeptValues kept, JsonObject root)
    {
        foreach (var pointer in kept.Pointers)
        {
            var path = pointer.Split('/')[1..];
            var owner = root;
            foreach (var name in path[..^1])
            {
                if (owner[name] is not JsonObject inner)
                    owner[name] = inner = new JsonObject(new JsonNodeOptions { PropertyNameCaseInsensitive = true });
                owner = inner;
            }

            if (kept.Running.At(pointer) is not { } value)
            {
                owner.Remove(path[^1]);
                continue;
            }

            Replace(owner, path[^1], value.DeepClone(), pointer);
            if (kept.Running.OriginOf(pointer) is { Kind: ValueOriginKind.File, Name: var file } && file != source)
                fileOf[pointer] = file;
        }
    }

    /// <summary>The variable or file that set a value, or an object around it.</summary>
    private ValueOrigin GivenBy(string pointer)
    {
        for (var end = pointer.Length; end > 0; end = pointer.LastIndexOf('/', end - 1))
        {
            if (variableOf.TryGetValue(pointer[..end], out var variable))
                return new(ValueOriginKind.Variable, variable);
            if (fileOf.TryGetValue(pointer[..end], out var file))
                return new(ValueOriginKind.File, file);
        }

        return new(ValueOriginKind.File, source);
    }
}
