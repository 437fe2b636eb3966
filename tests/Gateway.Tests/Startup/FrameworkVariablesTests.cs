using System.Net;
using Dragoman.Startup;

namespace Dragoman.Gateway.Tests.Startup;

public sealed class FrameworkVariablesTests
{
    private const string Instead = "set DRAGOMAN_LISTEN and DRAGOMAN_SIDECAR_PORT instead";

    private readonly List<string> mistakes = [];

    private FrameworkVariables Read(string? given, params (string Name, string Value)[] variables) =>
        FrameworkVariables.Read(variables.ToDictionary(each => each.Name, each => each.Value), "DRAGOMAN_LISTEN", "DRAGOMAN_SIDECAR_PORT", given, mistakes);

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://+:8081", "0.0.0.0", 8081)]
    [InlineData("ASPNETCORE_URLS", "http://*:8081/", "0.0.0.0", 8081)]
    [InlineData("DOTNET_URLS", "http://localhost:5000", "127.0.0.1", 5000)]
    [InlineData("URLS", "HTTP://10.1.2.3", "10.1.2.3", 80)]
    [InlineData("urls", "http://[::1]:7000;", "::1", 7000)]
    [InlineData("ASPNETCORE_URLS", "http://[::]", "::", 80)]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8081", "0.0.0.0", 8081)]
    [InlineData("DOTNET_HTTP_PORTS", "0", "0.0.0.0", 0)]
    [InlineData("HTTP_PORTS", "9000", "0.0.0.0", 9000)]
    public void They_say_where_to_listen(string name, string value, string address, int port)
    {
        var read = Read(null, (name, value));
        Assert.Equal((IPAddress.Parse(address), port), (read.Address, read.Port));
        Assert.Empty(mistakes);
        Assert.Empty(read.Notices);
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "https://+:443", $"environment variable ASPNETCORE_URLS: \"https://+:443\" cannot be honored; allowed: an http address without a path, such as http://0.0.0.0:8080; or {Instead}")]
    [InlineData("ASPNETCORE_URLS", "http://unix:/run/x.sock", $"environment variable ASPNETCORE_URLS: \"http://unix:/run/x.sock\" cannot be honored; allowed: an http address without a path, such as http://0.0.0.0:8080; or {Instead}")]
    [InlineData("ASPNETCORE_URLS", "http://+:1/base", $"environment variable ASPNETCORE_URLS: \"http://+:1/base\" cannot be honored; allowed: an http address without a path, such as http://0.0.0.0:8080; or {Instead}")]
    [InlineData("ASPNETCORE_URLS", "8080", $"environment variable ASPNETCORE_URLS: \"8080\" cannot be honored; allowed: an http address without a path, such as http://0.0.0.0:8080; or {Instead}")]
    [InlineData("ASPNETCORE_URLS", "http://+:1;http://+:2", $"environment variable ASPNETCORE_URLS has 2 addresses, and Dragoman listens on one; {Instead}")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "1;2", $"environment variable ASPNETCORE_HTTP_PORTS has 2 addresses, and Dragoman listens on one; {Instead}")]
    [InlineData("ASPNETCORE_HTTP_PORTS", ";", $"environment variable ASPNETCORE_HTTP_PORTS has 0 addresses, and Dragoman listens on one; {Instead}")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "99999", "environment variable ASPNETCORE_HTTP_PORTS: \"99999\" is not a port; allowed: 0 to 65535, where 0 takes any free one")]
    [InlineData("ASPNETCORE_URLS", "http://example.com:1", "environment variable ASPNETCORE_URLS: \"example.com\" is not an IP address; allowed: an IP address; 127.0.0.1 is this machine alone, 0.0.0.0 every network")]
    [InlineData("ASPNETCORE_HTTPS_PORTS", "443", $"environment variable ASPNETCORE_HTTPS_PORTS cannot be honored, because Dragoman serves no TLS; a proxy in front of it does; {Instead}")]
    [InlineData("Kestrel__Endpoints__Http__Url", "http://+:1", $"environment variable Kestrel__Endpoints__Http__Url cannot be honored; {Instead}, and /limits of the configuration for limits; TLS is for a proxy in front of Dragoman")]
    [InlineData("ASPNETCORE_Kestrel__Certificates__Default__Path", "x", $"environment variable ASPNETCORE_Kestrel__Certificates__Default__Path cannot be honored; {Instead}, and /limits of the configuration for limits; TLS is for a proxy in front of Dragoman")]
    [InlineData("Logging__LogLevel__Default", "Debug", "environment variable Logging__LogLevel__Default cannot be honored, because the log has no levels to choose from; unset it")]
    public void What_cannot_be_honored_is_a_mistake_that_says_what_can(string name, string value, string mistake)
    {
        Read(null, (name, value));
        Assert.Equal([mistake], mistakes);
    }

    [Fact]
    public void What_is_given_otherwise_counts_and_the_variable_is_noted()
    {
        var read = Read("environment variable DRAGOMAN_LISTEN", ("ASPNETCORE_URLS", "https://+:1"), ("HTTP_PORTS", "8081"));
        Assert.Equal((null, null), (read.Address, read.Port));
        Assert.Equal(
            ["ASPNETCORE_URLS=https://+:1 has no effect: environment variable DRAGOMAN_LISTEN says where to listen", "HTTP_PORTS=8081 has no effect: environment variable DRAGOMAN_LISTEN says where to listen"],
            read.Notices);
        Assert.Empty(mistakes);
    }

    [Fact]
    public void Addresses_count_before_ports_and_the_frameworks_prefix_before_others()
    {
        var read = Read(null, ("ASPNETCORE_HTTP_PORTS", "1"), ("URLS", "http://+:2"), ("DOTNET_URLS", "http://+:3"), ("ASPNETCORE_URLS", "http://+:4"));
        Assert.Equal(4, read.Port);
        Assert.Equal(3, read.Notices.Count);
        Assert.All(read.Notices, notice => Assert.EndsWith("has no effect: another variable says where to listen", notice, StringComparison.Ordinal));
    }

    [Fact]
    public void The_port_of_Microsofts_images_is_nobodys_choice()
    {
        var read = Read(null, ("ASPNETCORE_HTTP_PORTS", "8080"), ("DOTNET_RUNNING_IN_CONTAINER", "true"));
        Assert.Null(read.Port);
        Assert.Equal([$"ASPNETCORE_HTTP_PORTS=8080 has no effect: it is a preset of the container's image; {Instead}"], read.Notices);
        Assert.Equal(8080, Read(null, ("ASPNETCORE_HTTP_PORTS", "8080")).Port);
    }

    [Fact]
    public void The_environment_changes_nothing()
    {
        Assert.Empty(Read(null, ("ASPNETCORE_ENVIRONMENT", "Production"), ("ENVIRONMENT", "x")).Notices);
        Assert.Equal(
            ["ASPNETCORE_ENVIRONMENT=Development has no effect: Dragoman is the same in every environment; DRAGOMAN_CONFIG names another configuration"],
            Read(null, ("ASPNETCORE_ENVIRONMENT", "Development")).Notices);
        Assert.Empty(mistakes);
    }

    [Theory]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true", "/access/proxies")]
    [InlineData("AllowedHosts", "example.com", "/access/hosts")]
    [InlineData("DOTNET_shutdownTimeoutSeconds", "60", "/limits/drainSeconds")]
    public void What_has_another_place_here_is_noted(string name, string value, string place)
    {
        Assert.StartsWith($"{name} has no effect: {place} of the configuration ", Assert.Single(Read(null, (name, value)).Notices), StringComparison.Ordinal);
        Assert.Empty(mistakes);
    }

    [Theory]
    [InlineData("FUNCTIONS_CUSTOMHANDLER_PORT")]
    [InlineData("FUNCTIONS_WORKER_RUNTIME")]
    [InlineData("AzureWebJobsScriptRoot")]
    public void Those_of_the_Functions_host_are_its_own(string name)
    {
        var read = Read(null, (name, "1"), ("ASPNETCORE_URLS", "http://+:80"), ("ASPNETCORE_HTTPS_PORTS", "443"), ("Logging__LogLevel__Default", "Debug"));
        Assert.Null(read.Port);
        Assert.Empty(read.Notices);
        Assert.Empty(mistakes);
    }

    [Fact]
    public void An_empty_variable_counts_as_not_set()
    {
        Assert.Null(Read(null, ("ASPNETCORE_URLS", ""), ("Logging__LogLevel__Default", "")).Port);
        Assert.Empty(mistakes);
    }
}
