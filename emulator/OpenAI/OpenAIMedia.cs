using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI;

/// <summary>Images, recordings and documents in a request. The emulator checks their form but not their content.</summary>
internal static class OpenAIMedia
{
    public static readonly string[] AudioFormats = ["wav", "mp3"];

    private static readonly string[] ImageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <exception cref="ApiException">400: neither an http(s) URL nor a data URI of an image.</exception>
    public static ImagePart Image(string url, string param)
    {
        if (ImagePart.Read(url, out var image) is { } reason)
            throw new ApiException(OpenAIError.Invalid(param, $"Invalid image: it {reason}.", "invalid_image_url"));
        if (image.MediaType is { } type && !ImageTypes.Contains(type))
            throw new ApiException(OpenAIError.Invalid(param, "You uploaded an unsupported image. Please make sure your image has one of the following formats: ['png', 'jpeg', 'gif', 'webp'].", "invalid_image_format"));
        return image;
    }

    /// <exception cref="ApiException">400: not base64.</exception>
    public static string Audio(string base64, string format) =>
        ImagePart.Base64Length(base64) is { } length
            ? $"audio ({format}, {length} bytes)"
            : throw new ApiException(OpenAIError.Invalid("input_audio", "Invalid audio: 'data' is not valid base64.", "invalid_value"));

    /// <summary>Reads a document by its content or its id.</summary>
    /// <exception cref="ApiException">400: both are missing, or the content is not a data URI.</exception>
    public static string File(FieldReader file)
    {
        var name = file.Text("filename", nullable: true) ?? "file";
        var data = file.Text("file_data", nullable: true);
        var id = file.Text("file_id", nullable: true);
        var url = file.Text("file_url", nullable: true);
        file.Ignore("type", "detail", "prompt_cache_breakpoint");
        file.RejectOthers();
        if (id is not null)
            return $"{name} (by id)";
        if (url is not null)
            return $"{name} (by URL)";
        var comma = data?.IndexOf(";base64,", StringComparison.Ordinal) ?? -1;
        if (data is null || comma < 0 || !data.StartsWith("data:", StringComparison.Ordinal) || ImagePart.Base64Length(data.AsSpan(comma + 8)) is not { } length)
            throw new ApiException(OpenAIError.Invalid("file_data", "Invalid file: 'file_data' has to be a data URI with base64, or 'file_id' has to be given.", "invalid_value"));
        return $"{name} ({data[5..comma]}, {length} bytes)";
    }
}
