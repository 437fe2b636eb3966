using System.Text.Json;
using Dragoman.Endpoints;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functions.Tests;

/// <summary>
/// The functions of the isolated worker are the route table's routes, in both lists: what the worker says of itself, and the
/// file that the build writes for the host.
/// </summary>
public class FunctionMetadataTests
{
    private static readonly List<string> Expected =
    [
        .. RouteTable.Routes.Select(route => Line(
            route.Name,
            // The host answers 404 to a method that is not listed, and a browser sends OPTIONS before its request.
            [.. route.Methods, "OPTIONS"],
            // The host has no other way to route the root itself.
            route.Path == "/" ? "{ignored:maxlength(0)?}" : route.Path[1..], "function")).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public async Task The_worker_describes_a_function_for_every_route()
    {
        var functions = await new GeneratedFunctionMetadataProvider().GetFunctionMetadataAsync("");

        Assert.Equal(Expected, functions.Select(function => LineOf(function.Name!, function.RawBindings!.Select(Parse))).Order(StringComparer.Ordinal));
        Assert.All(functions, function => CheckEntryPoint(function.EntryPoint!));
    }

    [Fact]
    public void The_file_for_the_host_has_a_function_for_every_route()
    {
        var functions = Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "functions.metadata"))).EnumerateArray().ToList();

        Assert.Equal(Expected, functions.Select(function => LineOf(function.GetProperty("name").GetString()!, function.GetProperty("bindings").EnumerateArray())).Order(StringComparer.Ordinal));
        Assert.All(functions, function => CheckEntryPoint(function.GetProperty("entryPoint").GetString()!));
    }

    /// <summary>A result that a function returns would be sent to the client and, a second time, to the host.</summary>
    private static void CheckEntryPoint(string entryPoint)
    {
        var dot = entryPoint.LastIndexOf('.');
        var method = typeof(Isolated.OllamaFunctions).Assembly.GetType(entryPoint[..dot])!.GetMethod(entryPoint[(dot + 1)..])!;
        Assert.Equal(typeof(Task), method.ReturnType);
        Assert.Equal(typeof(HttpRequest), Assert.Single(method.GetParameters()).ParameterType);
    }

    private static string LineOf(string name, IEnumerable<JsonElement> bindings)
    {
        var trigger = bindings.Single(binding => binding.GetProperty("type").GetString() == "httpTrigger");
        return Line(
            name, trigger.GetProperty("methods").EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant()),
            trigger.GetProperty("route").GetString()!, trigger.GetProperty("authLevel").GetString()!.ToLowerInvariant());
    }

    private static string Line(string name, IEnumerable<string> methods, string route, string level) => $"{name} {string.Join(',', methods)} {route} {level}";

    private static JsonElement Parse(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
