using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Load;

/// <summary>Large requests of some clients do not delay the answers to others.</summary>
[Collection(LoadTests.Name)]
public class HealthTests(LoadDeployment deployment, ITestOutputHelper report)
{
    private const int Senders = 32;
    private const int Probes = 15;

    /// <summary>Several attempts, because a busy machine may spoil some of them.</summary>
    private const int Attempts = 5;

    private const double Longest = 50;

    public static TheoryData<string, int> Cases => new()
    {
        // In the units of LargeBodies. The smaller bodies have about 58 KB, a size that was once read on the socket thread. The
        // larger ones have a few hundred KB.
        { "options", 3700 }, { "options", 20_000 },
        { "members of a message", 6500 }, { "members of a message", 40_000 },
        { "calls", 3500 }, { "calls", 20_000 },
        { "tool_use", 3900 }, { "items", 3400 }, { "calls without ids", 5000 },
        { "tools", 5000 }, { "a schema", 8000 }, { "patterns", 4000 }, { "tokens to count", 3400 },
    };

    /// <summary>The longest probe of the best attempt counts. The median probe on an idle gateway is added to the limit.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Is_told_while_large_bodies_are_read(string name, int amount)
    {
        var (_, path, write) = LargeBodies.All.Single(body => body.Name == name);
        var request = HttpRequest(path, write("gemini/gemini-2.0-flash", amount));
        var idle = Enumerable.Range(0, Probes).Select(_ => Probe()).Order().ElementAt(Probes / 2);
        var best = double.MaxValue;
        for (var attempt = 0; attempt < Attempts && best > Longest + idle; attempt++)
            best = Math.Min(best, await ProbeWhileAsync(request));
        report.WriteLine($"{name}, {request.Length >> 10} KiB: /health took {idle:F1} ms when idle, {best:F1} ms while {Senders} were read");
        Assert.True(best <= Longest + idle, $"/health took {best:F1} ms while {Senders} bodies of {request.Length >> 10} KiB were read, {idle:F1} ms when idle");
    }

    /// <summary>The longest of several probes, in milliseconds, while other clients send all the time.</summary>
    private async Task<double> ProbeWhileAsync(byte[] request)
    {
        using var over = new CancellationTokenSource();
        var sent = new CountdownEvent(Senders);
        // Separate threads, so that the measurement does not wait for this process's thread pool.
        var senders = Enumerable.Range(0, Senders).Select(_ => Start(() =>
        {
            var isFirst = true;
            while (!over.IsCancellationRequested)
            {
                using var socket = Connect();
                Send(socket, request);
                if (isFirst)
                    sent.Signal();
                isFirst = false;
                Drain(socket);
            }
        })).ToList();
        var times = new List<double>();
        var prober = Start(() =>
        {
            sent.Wait(Eventually.Deadline);
            for (var probe = 0; probe < Probes; probe++)
                times.Add(Probe());
        });
        await prober;
        await over.CancelAsync();
        await Task.WhenAll(senders).WaitAsync(4 * Eventually.Deadline);
        return times.Max();
    }

    private double Probe()
    {
        var since = Stopwatch.GetTimestamp();
        using var socket = Connect();
        Send(socket, Encoding.ASCII.GetBytes($"GET /health HTTP/1.1\r\nHost: {deployment.Sidecar.Address.Authority}\r\nConnection: close\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200 ", Drain(socket), StringComparison.Ordinal);
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    private byte[] HttpRequest(string path, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return
        [
            .. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {deployment.Sidecar.Address.Authority}\r\nContent-Type: application/json\r\nanthropic-version: 2023-06-01\r\nConnection: close\r\nContent-Length: {bytes.Length}\r\n\r\n"),
            .. bytes,
        ];
    }

    private Socket Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)(4 * Eventually.Deadline).TotalMilliseconds,
        };
        socket.Connect(IPAddress.Loopback, deployment.Sidecar.Address.Port);
        return socket;
    }

    private static void Send(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += socket.Send(bytes.AsSpan(sent));
    }

    /// <summary>Reads until the server closes the connection, and returns the first bytes.</summary>
    private static string Drain(Socket socket)
    {
        var buffer = new byte[16 * 1024];
        var beginning = "";
        while (socket.Receive(buffer) is var count && count > 0)
            beginning = beginning.Length > 0 ? beginning : Encoding.Latin1.GetString(buffer, 0, count);
        return beginning;
    }

    private static Task Start(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
