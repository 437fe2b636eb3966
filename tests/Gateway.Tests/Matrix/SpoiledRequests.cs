using System.Text.Json.Nodes;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>Replaces one value of a request, for every value of the request and every wrong value.</summary>
internal static class SpoiledRequests
{
    private static readonly string Long = new('x', 5000);

    private static readonly string Deep = string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40));

    /// <summary>JSON values of every kind, and strings that are difficult to forward.</summary>
    private static readonly string[] Intruders =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e308", "99999999999999999999", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud83d\"", "\"a\\udc4bb\"", "\"\\u2028\\r\\n\"",
        $"\"{Long}\"", "\"data:image/png;base64,\"", "\"http://127.0.0.1/x\"", "[]", "[null]", "[[]]", "[\"x\",1]", "{}", "{\"\":1}", "{\"type\":\"x\"}", "{\"\\ud83d\":\"\\udc4b\"}", Deep,
    ];

    /// <summary>Each changed request, with the path of the replaced value, such as <c>messages[0].role</c>.</summary>
    public static IEnumerable<(string Path, string Intruder, string Request)> Of(string request)
    {
        foreach (var path in Paths(JsonNode.Parse(request)!, []))
        {
            foreach (var intruder in Intruders)
                yield return (Written(path), intruder, Replace(request, path, intruder));
        }

        foreach (var path in Paths(JsonNode.Parse(request)!, []))
            yield return (Written(path), "nothing", Replace(request, path, null));
        foreach (var name in (string[])["unknown", "\\ud83d", "\\u0000", "", "messages", "model"])
            yield return (name, "a member", string.Concat("{\"", name, "\":7,", request.AsSpan(request.IndexOf('{', StringComparison.Ordinal) + 1)));
    }

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path)
    {
        if (path.Length > 0)
            yield return path;
        var below = node switch
        {
            JsonObject members => members.SelectMany(member => Paths(member.Value, [.. path, member.Key])),
            JsonArray items => items.SelectMany((item, index) => Paths(item, [.. path, index])),
            _ => [],
        };
        foreach (var each in below)
            yield return each;
    }

    /// <param name="request">The request as JSON.</param>
    /// <param name="path">The path as names and indices.</param>
    /// <param name="intruder">The new value as JSON. Null to remove the value.</param>
    private static string Replace(string request, object[] path, string? intruder)
    {
        const string Mark = "intruder-mark";
        var root = JsonNode.Parse(request)!;
        var owner = path[..^1].Aggregate(root, (node, step) => step is int index ? node[index]! : node[(string)step]!);
        if (intruder is null && path[^1] is int place)
            ((JsonArray)owner).RemoveAt(place);
        else if (intruder is null)
            ((JsonObject)owner).Remove((string)path[^1]);
        else if (path[^1] is int index)
            owner[index] = Mark;
        else
            owner[(string)path[^1]] = Mark;
        return root.ToJsonString().Replace($"\"{Mark}\"", intruder, StringComparison.Ordinal);
    }

    private static string Written(object[] path) =>
        string.Concat(path.Select((step, place) => step is int index ? $"[{index}]" : place == 0 ? (string)step : $".{step}"));
}
