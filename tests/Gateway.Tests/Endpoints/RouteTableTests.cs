using System.Text.Json;
using Dragoman.Endpoints;

namespace Dragoman.Gateway.Tests.Endpoints;

public class RouteTableTests
{
    private static readonly string CustomHandler = Path.Combine(Repository.Root, "functions", "custom");

    [Fact]
    public void Every_route_has_a_function_and_every_function_a_route() => Assert.Equal(
        RouteTable.Routes.Select(route => route.Name).Order(StringComparer.Ordinal),
        Directory.GetFiles(CustomHandler, "function.json", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(Path.GetRelativePath(CustomHandler, file))!)
            .Order(StringComparer.Ordinal));

    public static TheoryData<string> Names => [.. RouteTable.Routes.Select(route => route.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_has_its_routes_path_and_methods(string name)
    {
        var route = RouteTable.Routes.Single(each => each.Name == name);
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(CustomHandler, name, "function.json")));
        var bindings = file.RootElement.GetProperty("bindings");
        Assert.Equal(2, bindings.GetArrayLength());
        Assert.Equal("httpTrigger", bindings[0].GetProperty("type").GetString());
        Assert.Equal("function", bindings[0].GetProperty("authLevel").GetString());
        // The host answers 404 to a method that is not listed, and a browser sends OPTIONS before its request.
        Assert.Equal([.. route.Methods, "OPTIONS"], bindings[0].GetProperty("methods").EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant()));
        // The host has no other way to route the root itself.
        var expected = route.Path == "/" ? "{ignored:maxlength(0)?}" : route.Path[1..];
        Assert.Equal(expected, bindings[0].GetProperty("route").GetString());
        Assert.Equal(("http", "out"), (bindings[1].GetProperty("type").GetString(), bindings[1].GetProperty("direction").GetString()));
    }

    [Fact]
    public void Nginx_sends_exactly_the_sidecars_routes_to_the_sidecar()
    {
        var file = File.ReadAllText(Path.Combine(Repository.Root, "nginx", "nginx.conf"));
        var locations = file.Split("location ~ ").Skip(1).Select(rest => new System.Text.RegularExpressions.Regex(rest.Split(" {")[0])).ToList();
        Assert.All(RouteTable.Routes, route => Assert.Equal(route.Home == Home.Sidecar, locations.Exists(location => location.IsMatch(route.Prefix + (route.TakesRest ? "x" : "")))));
    }

    [Fact]
    public void No_route_is_under_the_hosts_own_paths() => Assert.DoesNotContain(
        RouteTable.Routes,
        route => route.Path.StartsWith("/admin", StringComparison.Ordinal) || route.Path.StartsWith("/runtime", StringComparison.Ordinal));

    [Fact]
    public void The_host_file_of_the_custom_handler_starts_our_executable_and_streams()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(CustomHandler, "host.json")));
        var handler = file.RootElement.GetProperty("customHandler");
        Assert.Equal("dragoman-functions", handler.GetProperty("description").GetProperty("defaultExecutablePath").GetString());
        Assert.True(handler.GetProperty("enableProxyingHttpRequest").GetBoolean());
        Assert.Equal("", file.RootElement.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Fact]
    public void The_host_file_of_the_isolated_worker_names_no_custom_handler()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "host.json")));
        Assert.False(file.RootElement.TryGetProperty("customHandler", out _));
        Assert.Equal("", file.RootElement.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Theory]
    [InlineData("/api/chat", "chat", "")]
    [InlineData("//api/chat", "chat", "")]
    [InlineData("/api/chat/", "chat", "")]
    [InlineData("/", "root", "")]
    [InlineData("//", "root", "")]
    [InlineData("/v1/models", "models", "")]
    [InlineData("/v1/models/", "models", "")]
    [InlineData("/v1/models/x:latest", "model", "x:latest")]
    [InlineData("/v1/models/a%2Fb", "model", "a/b")]
    [InlineData("/v1/responses/resp_1/input_items", "response", "resp_1/input_items")]
    [InlineData("/v1/responses/input_tokens", "input-tokens", "")]
    [InlineData("/v1/responses/input_tokens/", "input-tokens", "")]
    public void A_path_finds_its_route(string path, string name, string rest)
    {
        Assert.Equal(name, RouteTable.Find(path, out var found)?.Name);
        Assert.Equal(rest, found);
    }
}
