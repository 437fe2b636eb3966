using System.Globalization;
using System.Text.Json;
using Dragoman.Locales;
using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary><c>audit</c>: the log of all changes, the oldest first.</summary>
internal sealed class AuditResource(IDocumentStore store) : IResource
{
    /// <summary>The most entries that are read for one page, because the log has no index of teams.</summary>
    private const int MostRead = 5_000;

    public async Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        if (call.Method != "GET")
            throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET"));
        rights.RequireReader(AdministrationText.TheAuditLog);
        var query = new QueryParameters(call, []);
        var limit = Reads.LimitOf(query);
        var after = query.Number("after", 0, 0, long.MaxValue / 1000);
        var team = query.Text("team");
        query.End();

        var found = new List<JsonElement>();
        var positions = new List<long>();
        long? next = after;
        for (var read = 0; read < MostRead && found.Count < limit && next is { } from;)
        {
            var page = await store.AuditAsync(from, StoreLimits.MostPerPage, cancellation).ConfigureAwait(false);
            read += page.Count;
            next = page.Count == StoreLimits.MostPerPage ? page[^1].Position : null;
            foreach (var entry in page)
            {
                var json = JsonElement.Parse(entry.Json.Span);
                if (team is not null && json.GetProperty("target"u8).GetProperty("team"u8).GetString() != team)
                    continue;
                if (found.Count == limit)
                {
                    next = positions[^1];
                    break;
                }

                found.Add(json);
                positions.Add(entry.Position);
            }
        }

        return new AdminAnswer(200, StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            for (var index = 0; index < found.Count; index++)
            {
                writer.WriteStartObject();
                writer.WriteString("position"u8, positions[index].ToString(CultureInfo.InvariantCulture));
                foreach (var member in found[index].EnumerateObject())
                    member.WriteTo(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("next"u8, next?.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }));
    }
}
