using System.Text.Json;

namespace Dragoman.FunctionsHost;

/// <summary>A function with an HTTP trigger, as the worker has described it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">The worker's id of it.</param>
/// <param name="Methods">The methods that it takes, in upper case.</param>
/// <param name="Route">Its path without a leading slash, with parameters and their constraints.</param>
public sealed record FunctionRoute(string Name, string Id, IReadOnlyList<string> Methods, string Route)
{
    internal static FunctionRoute Of(string name, string id, IEnumerable<string> bindings)
    {
        foreach (var text in bindings)
        {
            using var binding = JsonDocument.Parse(text);
            var trigger = binding.RootElement;
            if (!"httpTrigger".Equals(trigger.GetProperty("type").GetString(), StringComparison.OrdinalIgnoreCase))
                continue;
            return new FunctionRoute(
                name, id, [.. trigger.GetProperty("methods").EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant())],
                trigger.GetProperty("route").GetString()!);
        }

        throw new InvalidOperationException($"function {name} has no httpTrigger");
    }
}
