using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure;

namespace Dragoman.Stores;

/// <summary>Changes of rows that the table service applies together, as the one request that asks for them.</summary>
/// <remarks>
/// Wire facts: "Performing entity group transactions" in the reference of the Table service. The request is one part with many
/// requests in it, and so is the answer: 202, and in it an answer to each, or only that of the one that failed.
/// </remarks>
internal sealed class TableTransaction
{
    private readonly ArrayBufferWriter<byte> body = new();
    /// <summary>The changes that one transaction may have (specs/stores.md 1).</summary>
    public const int Most = 100;

    private readonly Uri table;
    private readonly string partition;
    private readonly string batch = $"batch_{Guid.NewGuid()}";
    private readonly string changes = $"changeset_{Guid.NewGuid()}";

    /// <param name="table">The address of the table.</param>
    /// <param name="partition">The partition of all rows.</param>
    public TableTransaction(Uri table, string partition)
    {
        (this.table, this.partition) = (table, partition);
        Write($"--{batch}\r\nContent-Type: multipart/mixed; boundary={changes}\r\n\r\n");
    }

    private static ReadOnlySpan<byte> AnswerHead => "\nHTTP/1.1 "u8;

    /// <summary>The changes that it has.</summary>
    public int Count { get; private set; }

    public string ContentType => $"multipart/mixed; boundary={batch}";

    /// <summary>A row that must not exist.</summary>
    public void Insert(TableRow row) => Add("POST", table.AbsoluteUri, null, row);

    /// <summary>A row that must be in the state of the tag.</summary>
    public void Replace(TableRow row, ETag tag) => Add("PUT", AddressOf(row.RowKey), tag, row);

    /// <summary>A row that may exist.</summary>
    public void Put(TableRow row) => Add("PUT", AddressOf(row.RowKey), null, row);

    /// <summary>A row that must exist, in any state.</summary>
    public void Delete(string key) => Delete(key, ETag.All);

    /// <summary>A row that must be in the state of the tag.</summary>
    public void Delete(string key, ETag tag) => Add("DELETE", AddressOf(key), tag, null);

    /// <summary>The body of the request, after the last change.</summary>
    public ReadOnlyMemory<byte> Close()
    {
        Write($"--{changes}--\r\n--{batch}--\r\n");
        return body.WrittenMemory;
    }

    /// <summary>Returns if all changes were applied.</summary>
    /// <exception cref="RequestFailedException">None was applied, or the answer is not one to this request.</exception>
    public void Check(ReadOnlyMemory<byte> answer)
    {
        var applied = 0;
        var rest = answer;
        while (rest.Span.IndexOf(AnswerHead) is >= 0 and var found)
        {
            rest = rest[(found + AnswerHead.Length)..];
            if (rest.Length < 3 || !int.TryParse(rest.Span[..3], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
                break;
            if (status is < 200 or > 299)
                throw TableRows.Failure(status, rest[Math.Max(0, rest.Span.IndexOf((byte)'{'))..]);
            applied++;
        }

        if (applied != Count)
            throw TableRows.Malformed();
    }

    private string AddressOf(string key) => $"{table.AbsoluteUri}{TableRows.Selector(partition, key)}";

    private void Add(string method, string address, ETag? tag, TableRow? row)
    {
        Count++;
        Write($"--{changes}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n{method} {address} HTTP/1.1\r\n");
        Write($"Accept: {TableRows.MediaType}\r\nDataServiceVersion: 3.0\r\n");
        if (tag is { } state)
            Write($"If-Match: {state.ToString("H")}\r\n");
        if (row is null)
        {
            Write("\r\n\r\n");
            return;
        }

        Write("Prefer: return-no-content\r\nContent-Type: application/json\r\n\r\n");
        row.PartitionKey = partition;
        using (var json = new Utf8JsonWriter(body))
            JsonSerializer.Serialize(json, row, TableJson.Default.TableRow);
        Write("\r\n");
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, body);
}
