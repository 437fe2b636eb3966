using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.Requests;

/// <summary>The bytes of a request's body. A small body is in a rented buffer.</summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>The length limit in bytes. A longer body is answered with 413.</summary>
    public const long LongestLength = 64 << 20;

    // A large buffer would stay in the pool forever.
    private const int LargestRented = 1 << 20;

    // The gateway nests what its clients send (at most 64 levels) a few levels deeper.
    private const int DeepestLevel = 128;

    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = DeepestLevel };

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = DeepestLevel };

    private byte[] buffer = [];
    private int length;

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    /// <exception cref="RefusalException">The body is too long or cut off.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > LongestLength)
            throw TooLarge();
        var body = new RequestBody();
        try
        {
            body.Grow((int)(request.ContentLength ?? 0) + 1);
            while (true)
            {
                var read = await request.Body.ReadAsync(body.buffer.AsMemory(body.length), cancellation);
                if (read == 0)
                    return body;
                body.length += read;
                if (body.length > LongestLength)
                    throw TooLarge();
                if (body.length == body.buffer.Length)
                    body.Grow((int)Math.Min(body.length * 2L, LongestLength + 1));
            }
        }
        catch (BadHttpRequestException broken)
        {
            body.Dispose();
            throw broken.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge()
                : new RefusalException(new(RefusalKind.Unreadable, "The request body could not be read.") { Status = broken.StatusCode });
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <exception cref="RefusalException">The body is not JSON, not UTF-8, nested too deep, or not an object.</exception>
    public JsonDocument ParseObject()
    {
        if (!Utf8.IsValid(Bytes.Span))
            throw InvalidJson(0, "The body is not valid UTF-8");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(Bytes, DocumentOptions);
        }
        catch (JsonException invalid)
        {
            throw InvalidJson(
                invalid.BytePositionInLine ?? 0,
                $"Line {invalid.LineNumber + 1}, byte {invalid.BytePositionInLine}: not valid JSON, or nested deeper than {DeepestLevel} levels");
        }

        try
        {
            RejectLoneSurrogates(Bytes.Span);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new RefusalException(new(RefusalKind.Fields, "The body is no JSON object.")
                {
                    Fields =
                    [
                        new("model_attributes_type", [], "Input should be a valid dictionary or object to extract fields from",
                            FieldError.Quote(document.RootElement)),
                    ],
                });
            }

            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Release();
        buffer = [];
        length = 0;
    }

    private static void RejectLoneSurrogates(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
            return;
        var reader = new Utf8JsonReader(json, ReaderOptions);
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped)
                continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw InvalidJson(reader.TokenStartIndex, "A string holds half a surrogate pair");
            }
        }
    }

    private static RefusalException TooLarge() =>
        new(new(RefusalKind.TooLarge, $"The request body is too large: at most {LongestLength} bytes are allowed."));

    private static RefusalException InvalidJson(long position, string reason) =>
        new(new(RefusalKind.InvalidJson, reason) { Position = position });

    private void Grow(int least)
    {
        var larger = least <= LargestRented ? ArrayPool<byte>.Shared.Rent(Math.Max(least, 1024)) : GC.AllocateUninitializedArray<byte>(least);
        Bytes.CopyTo(larger);
        Release();
        buffer = larger;
    }

    private void Release()
    {
        if (buffer.Length is > 0 and <= LargestRented)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
