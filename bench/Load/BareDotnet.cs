using System.Net;
using Dragoman.Bench.Processes;
using Dragoman.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Bench.Load;

/// <summary>
/// A proxy of .NET's own server and HTTP client that forwards bytes and does nothing else. Its sockets are set up like
/// Dragoman's. What it costs more than bare nginx is the platform's share of Dragoman's cost.
/// </summary>
internal static class BareDotnet
{
    /// <summary>The runtime's settings, the same as in <c>Executable.props</c> for Dragoman.</summary>
    private static readonly Dictionary<string, string> ProcessEnvironment = new()
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCountingDelayMs"] = "A",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "A",
    };

    /// <summary>The request header that names the upstream.</summary>
    public const string UpstreamHeader = "x-upstream";

    /// <summary>Starts a proxy.</summary>
    public static Task<(RunningProcess Process, Uri Address)> StartAsync(ProcessGroup group) =>
        group.StartAsync("dotnet-bare", [Environment.ProcessPath!, "bare-dotnet"], ProcessEnvironment);

    /// <summary>Serves on a free port of 127.0.0.1 until the process gets a stop signal.</summary>
    public static async Task RunAsync()
    {
        SocketScheduling.ApplyToProcess();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        builder.WebHost.UseSockets(SocketScheduling.Apply);
        await using var app = builder.Build();
        app.Run(context => PassOnAsync(context, client));
        await app.StartAsync();
        Console.WriteLine($"dragoman-bench listening on {app.Urls.First()}");
        await app.WaitForShutdownAsync();
    }

    private static async Task PassOnAsync(HttpContext context, HttpMessageInvoker client)
    {
        var target = new Uri(new Uri(context.Request.Headers[UpstreamHeader]!), context.Request.Path.Value);
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StreamContent(context.Request.Body) };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is not ("Host" or "Connection" or UpstreamHeader) && !request.Headers.TryAddWithoutValidation(name, (string?)values))
                request.Content.Headers.TryAddWithoutValidation(name, (string?)values);
        }

        using var answer = await client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        context.Response.ContentLength = answer.Content.Headers.ContentLength;
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        var writer = context.Response.BodyWriter;
        while (await body.ReadAsync(writer.GetMemory(4096), context.RequestAborted) is var count and > 0)
        {
            writer.Advance(count);
            await writer.FlushAsync(context.RequestAborted);
        }
    }
}
