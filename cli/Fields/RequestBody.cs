using System.Text;
using System.Text.Json.Nodes;

namespace Dragoman.Cli.Fields;

/// <summary>The body of a request, a JSON merge patch, with the option that gave each value.</summary>
internal sealed class RequestBody
{
    private readonly JsonObject root = [];
    private readonly List<(string Pointer, string Source)> sources = [];

    /// <summary>Whether nothing was given.</summary>
    public bool IsEmpty => root.Count == 0;

    public ReadOnlyMemory<byte> ToUtf8() => Encoding.UTF8.GetBytes(root.ToJsonString());

    /// <summary>Sets a member.</summary>
    /// <param name="source">The option or argument that gave the value, for messages.</param>
    /// <param name="value">The value; null for the default.</param>
    /// <param name="path">The names of the member and of the objects around it.</param>
    public void Set(string source, JsonNode? value, params ReadOnlySpan<string> path)
    {
        Put(value, path);
        AddSource(PointerOf(path), source);
    }

    /// <summary>Moves a member to another place.</summary>
    /// <param name="name">The name of the member.</param>
    /// <param name="path">The names of the objects around its new place, and its new name.</param>
    public void Move(string name, params ReadOnlySpan<string> path)
    {
        if (!root.Remove(name, out var value))
            return;
        var (before, after) = (PointerOf(name), PointerOf(path));
        for (var index = 0; index < sources.Count; index++)
        {
            var (pointer, source) = sources[index];
            if (pointer == before || pointer.StartsWith(before + "/", StringComparison.Ordinal))
                sources[index] = (after + pointer[before.Length..], source);
        }

        Put(value, path);
    }

    /// <summary>Says which option gave the value at a place.</summary>
    public void AddSource(string pointer, string source) => sources.Add((pointer, source));

    /// <summary>The option that gave the value at a place or around it; null when none did.</summary>
    public string? SourceOf(string pointer) => sources
        .Where(each => pointer == each.Pointer || pointer.StartsWith(each.Pointer + "/", StringComparison.Ordinal))
        .OrderByDescending(each => each.Pointer.Length)
        .Select(each => each.Source)
        .FirstOrDefault();

    /// <summary>The JSON pointer of a path (RFC 6901).</summary>
    public static string PointerOf(params ReadOnlySpan<string> path)
    {
        var pointer = new StringBuilder();
        foreach (var name in path)
            pointer.Append('/').Append(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        return pointer.ToString();
    }

    private void Put(JsonNode? value, ReadOnlySpan<string> path)
    {
        var owner = root;
        foreach (var name in path[..^1])
        {
            if (owner[name] is not JsonObject inner)
                owner[name] = inner = [];
            owner = inner;
        }

        owner[path[^1]] = value;
    }
}
