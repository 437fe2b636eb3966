using System.Buffers;
using System.Text.Json;
using Dragoman.Administration;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary><c>POST /dragoman/config/reload</c>: this process reads its configuration again, and tells what has changed or what is wrong.</summary>
internal sealed class ReloadEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        ConfigurationEndpoint.RequireAdmin(exchange, AccessText.ReloadNeedsRole);
        if (exchange.Reload is not { } reload)
            throw new GatewayException(new GatewayError(ErrorKind.NotFound, AdministrationText.NothingToReload));
        var result = await reload.RunAsync("an administrator has asked for it", exchange.Http.RequestAborted).ConfigureAwait(false);
        exchange.Http.Response.Headers.CacheControl = "no-store";
        var body = new ArrayBufferWriter<byte>(1024);
        if (result.Mistakes.Count > 0)
        {
            Problem.Configuration(result.Mistakes).Write(body, exchange.RequestId, exchange.Locale);
            exchange.Http.Response.Headers.ContentLanguage = exchange.Locale.Language;
            await exchange.WriteAsync(body.WrittenMemory, ProblemErrors.Shape.ContentType, Problem.ConfigurationStatus).ConfigureAwait(false);
            return;
        }

        using (var writer = new Utf8JsonWriter(body, JsonText.Compact))
        {
            writer.WriteStartObject();
            ConfigurationEndpoint.Write(writer, "changed", result.Changes);
            ConfigurationEndpoint.Write(writer, "needsRestart", result.NeedsRestart);
            writer.WriteNumber("milliseconds"u8, Math.Round(result.Duration.TotalMilliseconds, 2));
            writer.WriteEndObject();
        }

        await exchange.WriteJsonAsync(body).ConfigureAwait(false);
    }
}
