using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Dragoman.Stores;

/// <summary>
/// The rows of one table in Azure Table Storage, by the service's REST API. Azure.Data.Tables would make generic types at run time,
/// which a native executable cannot.
/// </summary>
/// <remarks>
/// Wire facts: "Table service REST API" of Microsoft Learn. The tries, tokens and connections are those of Azure.Core. Every method
/// throws <see cref="RequestFailedException"/> (an <see cref="AggregateException"/> of them after a second try) if the service answers
/// with a failure or not at all: with the service's status and code, or status 0. A message has no address, and so no signature.
/// </remarks>
internal sealed class TableRows
{
    /// <summary>JSON without types: <see cref="TableRow"/> knows them.</summary>
    public const string MediaType = "application/json;odata=nometadata";

    public const string TableNotFound = "TableNotFound";

    public const string ResourceNotFound = "ResourceNotFound";

    /// <summary>The first version that accepts tokens of Microsoft Entra ID.</summary>
    private const string ServiceVersion = "2020-12-06";

    private readonly TableAddress address;
    private readonly string partition;
    private readonly HttpPipeline pipeline;
    private readonly Uri table;

    /// <param name="address">The table and the credential for it.</param>
    /// <param name="partition">The partition of all rows.</param>
    /// <param name="networkTimeout">How long one try may take.</param>
    /// <param name="change">A test's changes of the options.</param>
    public TableRows(TableAddress address, string partition, TimeSpan networkTimeout, Action<ClientOptions>? change)
    {
        (this.address, this.partition) = (address, partition);
        table = new($"{address.Endpoint}/{address.Table}");
        var options = new Options { Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false, IsTelemetryEnabled = false } };
        // The rest of the tries is made by StoreCall, which looks for the operation id between them.
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(50);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = networkTimeout;
        change?.Invoke(options);
        pipeline = HttpPipelineBuilder.Build(options, address.Authorization is { } policy ? [policy] : []);
    }

    /// <summary>The part of an address that selects a row. Keys have no character that needs to be escaped but the comma.</summary>
    public static string Selector(string partition, string key) => $"(PartitionKey='{partition}',RowKey='{Uri.EscapeDataString(key)}')";

    /// <summary>The row of a key, or null. A failure is not taken for an absent row unless the service says so.</summary>
    public async Task<TableRow?> FindAsync(string key, CancellationToken ending)
    {
        using var message = Message(RequestMethod.Get, $"{table}{Selector(partition, key)}");
        await pipeline.SendAsync(message, ending).ConfigureAwait(false);
        if (message.Response.Status == 404 && FailureOf(message.Response) is { ErrorCode: ResourceNotFound or "EntityNotFound" })
            return null;
        var row = Read(message.Response, TableJson.Default.TableRow);
        if (row.RowKey != key || message.Response.Headers.ETag is not { } tag)
            throw Malformed();
        row.Tag = tag;
        return row;
    }

    /// <summary>The first rows of a filter in the order of their keys, which are fewer only if there are no more.</summary>
    public async Task<List<TableRow>> QueryAsync(string filter, int take, CancellationToken ending)
    {
        var rows = new List<TableRow>(take);
        var next = "";
        do
        {
            using var message = Message(RequestMethod.Get, $"{table}()?$filter={Uri.EscapeDataString(filter)}&$top={take - rows.Count}{next}");
            await pipeline.SendAsync(message, ending).ConfigureAwait(false);
            rows.AddRange(Read(message.Response, TableJson.Default.Page).Rows ?? throw Malformed());
            // The service may end a page early, at any number of rows, even with none.
            next = Continuation(message.Response.Headers);
        }
        while (next.Length > 0 && rows.Count < take);
        return rows;
    }

    /// <summary>The filter of the rows between two keys.</summary>
    public string Between(string after, string before) => $"PartitionKey eq '{partition}' and RowKey gt '{after}' and RowKey lt '{before}'";

    /// <summary>Creates a row that must not exist.</summary>
    public Task InsertAsync(TableRow row, CancellationToken ending)
    {
        row.PartitionKey = partition;
        return SendAsync(table.AbsoluteUri, "application/json", JsonSerializer.SerializeToUtf8Bytes(row, TableJson.Default.TableRow), ending);
    }

    /// <summary>Creates the table. One that exists is a conflict (409).</summary>
    public Task CreateTableAsync(CancellationToken ending) =>
        SendAsync($"{address.Endpoint}/Tables", "application/json", JsonSerializer.SerializeToUtf8Bytes(new(address.Table), TableJson.Default.NewTable), ending);

    public TableTransaction Begin() => new(table, partition);

    /// <summary>Applies all changes of a transaction or none.</summary>
    public async Task SubmitAsync(TableTransaction transaction, CancellationToken ending) =>
        transaction.Check(await SendAsync($"{address.Endpoint}/$batch", transaction.ContentType, transaction.Close(), ending).ConfigureAwait(false));

    /// <param name="status">The status of an answer.</param>
    /// <param name="body">Its body; what is not the service's JSON tells nothing.</param>
    public static RequestFailedException Failure(int status, ReadOnlyMemory<byte> body)
    {
        Error? error = null;
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            error = JsonSerializer.Deserialize(ref reader, TableJson.Default.Problem)?.Error;
        }
        catch (JsonException)
        {
            // A proxy answered, and its status says enough.
        }

        var text = error?.Message?.Value is { } value ? $": {value.Split('\n', 2)[0].TrimEnd()}" : ".";
        return new(status, $"The table service answered {status}{(error?.Code is { } code ? $" {code}" : "")}{text}", error?.Code, null);
    }

    /// <exception cref="RequestFailedException">The row does not have what all rows of its kind have.</exception>
    public static long Number(long? value) => value ?? throw Malformed();

    /// <summary>The answer is not one of the table service, but of something in between.</summary>
    public static RequestFailedException Malformed() => new(502, "The answer is not one of the table service.");

    private async Task<ReadOnlyMemory<byte>> SendAsync(string to, string contentType, ReadOnlyMemory<byte> body, CancellationToken ending)
    {
        using var message = Message(RequestMethod.Post, to);
        message.Request.Headers.Add("Content-Type", contentType);
        message.Request.Content = RequestContent.Create(body);
        await pipeline.SendAsync(message, ending).ConfigureAwait(false);
        ThrowIfFailed(message.Response);
        return message.Response.Content.ToMemory();
    }

    private HttpMessage Message(RequestMethod method, string to)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new(address.Sign(to)));
        message.Request.Headers.Add("x-ms-version", ServiceVersion);
        message.Request.Headers.Add("DataServiceVersion", "3.0");
        message.Request.Headers.Add("Accept", MediaType);
        return message;
    }

    private static T Read<T>(Response answer, JsonTypeInfo<T> type)
        where T : class
    {
        ThrowIfFailed(answer);
        try
        {
            return JsonSerializer.Deserialize(answer.Content.ToMemory().Span, type) ?? throw Malformed();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw Malformed();
        }
    }

    private static void ThrowIfFailed(Response answer)
    {
        if (answer.Status is < 200 or > 299)
            throw FailureOf(answer);
    }

    private static RequestFailedException FailureOf(Response answer) => Failure(answer.Status, answer.Content.ToMemory());

    private static string Continuation(ResponseHeaders headers)
    {
        var next = "";
        foreach (var name in (ReadOnlySpan<string>)["NextPartitionKey", "NextRowKey"])
        {
            if (headers.TryGetValue($"x-ms-continuation-{name}", out var value))
                next += $"&{name}={Uri.EscapeDataString(value)}";
        }

        return next;
    }

    private sealed class Options : ClientOptions;

    /// <summary>The answer to a query.</summary>
    internal sealed record Page([property: JsonPropertyName("value")] IReadOnlyList<TableRow>? Rows);

    /// <summary>The request for a table.</summary>
    internal sealed record NewTable(string TableName);

    /// <summary>The answer to a request that failed.</summary>
    internal sealed record Problem([property: JsonPropertyName("odata.error")] Error? Error);

    internal sealed record Error([property: JsonPropertyName("code")] string? Code, [property: JsonPropertyName("message")] ErrorMessage? Message);

    internal sealed record ErrorMessage([property: JsonPropertyName("value")] string? Value);
}
