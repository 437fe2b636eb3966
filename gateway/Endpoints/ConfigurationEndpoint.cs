using System.Buffers;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Wire;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Endpoints;

/// <summary><c>GET /dragoman/config</c>: what the process runs with, with the origin of each value. Credentials are masked.</summary>
internal sealed class ConfigurationEndpoint : IEndpoint
{
    public Task HandleAsync(Exchange exchange)
    {
        RequireAdmin(exchange, AccessText.ConfigurationNeedsRole);
        var body = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(body, JsonText.Compact))
        {
            writer.WriteStartObject();
            if (exchange.Reload is { } reload)
            {
                writer.WriteString("loadedAt"u8, reload.LoadedAt.UtcDateTime);
                Write(writer, "needsRestart", reload.NeedsRestart);
                if (reload.Failure is { } failure)
                {
                    writer.WriteString("badSince"u8, failure.Since.UtcDateTime);
                    Write(writer, "mistakes", failure.Mistakes);
                }
            }

            ConfigurationView.Write(writer, ConfigurationView.Of(exchange.Snapshot.Configuration));
            writer.WriteEndObject();
        }

        exchange.Http.Response.Headers.CacheControl = "no-store";
        return exchange.WriteJsonAsync(body);
    }

    /// <param name="exchange">The exchange of the request.</param>
    /// <param name="refusal">What others are told.</param>
    /// <exception cref="GatewayException">The caller may not administrate the process.</exception>
    public static void RequireAdmin(Exchange exchange, Wording refusal)
    {
        if (!exchange.Caller!.Roles.Contains(Role.Admin))
            throw new GatewayException(new GatewayError(ErrorKind.Forbidden, refusal));
    }

    /// <summary>Writes a member that is a list of texts.</summary>
    public static void Write(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
