using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests;

/// <summary>The lines that one category logs.</summary>
public sealed class CapturedLog(string category) : ILoggerProvider
{
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();

    /// <summary>The next line, with its level. It may be logged after the answer that it belongs to.</summary>
    public async Task<string> NextAsync() => await lines.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName == category ? lines.Writer : null);

    public void Dispose()
    {
    }

    private sealed class Logger(ChannelWriter<string>? lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => lines is not null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines?.TryWrite($"{logLevel} {formatter(state, exception)}");
    }
}
