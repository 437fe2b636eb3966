namespace Dragoman.Administration;

/// <summary>Answers with what is there.</summary>
internal static class Reads
{
    private const int DefaultPage = 100;
    private const int MostPerPage = Stores.StoreLimits.MostPerPage;

    /// <summary>One thing, or 304 if the client has it.</summary>
    public static AdminAnswer One(AdminCall call, ReadOnlyMemory<byte> state, long version)
    {
        new QueryParameters(call, []).End();
        var etag = Preconditions.ETagOf(version);
        return Preconditions.IsKnown(call, version) ? new AdminAnswer(304, default) { ETag = etag } : new AdminAnswer(200, state) { ETag = etag };
    }

    /// <summary>The parameter <c>limit</c> of a list.</summary>
    public static int LimitOf(QueryParameters query) => (int)query.Number("limit", DefaultPage, 1, MostPerPage);

    /// <summary>One page of a list.</summary>
    /// <param name="limit">The most entries of the page.</param>
    /// <param name="listAsync">Reads up to a number of entries.</param>
    /// <param name="idOf">The id of an entry, from which the next page begins.</param>
    /// <param name="write">Writes an entry.</param>
    public static async Task<AdminAnswer> PageAsync<T>(int limit, Func<int, Task<IReadOnlyList<T>>> listAsync, Func<T, string> idOf, Action<System.Text.Json.Utf8JsonWriter, T> write)
    {
        // One more than asked for tells whether there is another page. The store does not give more than its largest page.
        var found = await listAsync(Math.Min(limit + 1, MostPerPage)).ConfigureAwait(false);
        var count = Math.Min(limit, found.Count);
        var hasMore = found.Count > limit || (limit == MostPerPage && found.Count == limit);
        return new AdminAnswer(200, StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            for (var index = 0; index < count; index++)
                write(writer, found[index]);
            writer.WriteEndArray();
            writer.WriteString("next"u8, hasMore ? idOf(found[count - 1]) : null);
            writer.WriteEndObject();
        }));
    }
}
