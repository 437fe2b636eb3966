using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("89504E470D0A1A0A", "image/png")]
    [InlineData("FFD8FFE000104A46", "image/jpeg")]
    [InlineData("474946383961", "image/gif")]
    [InlineData("524946460000000057454250", "image/webp")]
    [InlineData("424D46000000", "image/bmp")]
    [InlineData("49492A0008000000", "image/tiff")]
    [InlineData("4D4D002A00000008", "image/tiff")]
    [InlineData("000000206674797061766966", "image/avif")]
    [InlineData("000000186674797068656963", "image/heic")]
    [InlineData("000000206674797069736F6D", null)]
    [InlineData("524946460000000057415645", "audio/wav")]
    [InlineData("4944330400", "audio/mp3")]
    [InlineData("FFFB9064", "audio/mp3")]
    [InlineData("664C614300", "audio/flac")]
    [InlineData("4F67675300", "audio/ogg")]
    [InlineData("00112233", null)]
    [InlineData("89", null)]
    [InlineData("", null)]
    public void Magic_bytes_tell_the_type(string hex, string? expected)
    {
        Assert.Equal(expected, MediaType.Sniff(Convert.FromHexString(hex)));
        if (hex.Length > 0)
            Assert.Equal(expected ?? "image/jpeg", MediaType.ReadInline(Convert.ToBase64String(Convert.FromHexString(hex)), "f").MediaType);
    }

    [Fact]
    public void A_data_url_is_read_and_its_bytes_are_believed_more_than_its_words()
    {
        var png = Convert.ToBase64String(Convert.FromHexString("89504E470D0A1A0A"));
        Assert.Equal(new InlineMedia("image/png", png), MediaType.ReadInline($"data:image/jpeg;base64,{png}", "f"));
        Assert.Equal(new InlineMedia("application/pdf", "AAAA"), MediaType.ReadInline("DATA:application/pdf;name=x;base64,AAAA", "f"));
        Assert.Equal(new InlineMedia("image/jpeg", "AAAA"), MediaType.ReadInline("data:;base64,AAAA", "f"));
        Assert.Equal(new InlineMedia("image/png", png), MediaType.ReadInline(png, "f"));
    }

    [Fact]
    public void Line_breaks_in_base64_are_taken_out() => Assert.Equal("AAAABBBB", MediaType.ReadInline("AAAA\r\nBBBB\n", "f").Base64);

    [Theory]
    [InlineData("")]
    [InlineData("AAA")]
    [InlineData("not base64!")]
    [InlineData("data:image/png,AAAA")]
    [InlineData("data:image/png;base64,")]
    [InlineData("data:image/png;base64")]
    [InlineData("https://example.com/a.png")]
    public void What_is_not_base64_is_refused_by_its_field(string text) =>
        Assert.Equal("images[0]", Assert.Throws<GatewayException>(() => MediaType.ReadInline(text, "images[0]")).Error.Field);

    [Theory]
    [InlineData("just text")]
    [InlineData("PDF-1.7")]
    [InlineData("PK and more")]
    public void What_is_neither_picture_nor_sound_is_refused_where_only_the_bytes_can_tell(string text)
    {
        var base64 = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(text));
        foreach (var sent in new[] { base64, $"data:image/png;base64,{base64}" })
            Assert.Equal("images[0]", Assert.Throws<GatewayException>(() => MediaType.ReadPictureOrSound(sent, "images[0]")).Error.Field);
    }

    /// <summary>A value is read in the same way from its JSON, with all escapes, and from its text.</summary>
    [Theory]
    [InlineData("data:image/jpeg;base64,AAAA")]
    [InlineData("DATA:application/pdf;name=x;base64,AAAABBBB")]
    [InlineData("\\u0064ata:image\\/gif;base64,AAA\\/")]
    [InlineData("data:image/gif;base64\\u002cAAAA")]
    [InlineData("data:image/gif;base64,AAAA\\r\\nBBBB")]
    [InlineData("AAAA")]
    [InlineData("AAA")]
    [InlineData("data:image/gif,AAAA")]
    [InlineData("data:image/gif;base64")]
    [InlineData("")]
    public void A_json_string_is_read_as_its_text(string escaped)
    {
        using var json = JsonDocument.Parse($"\"{escaped}\"");
        var text = json.RootElement.GetString()!;

        Assert.Equal(text.StartsWith("data:", StringComparison.OrdinalIgnoreCase), MediaType.IsDataUrl(json.RootElement));
        Assert.Equal(Read(() => MediaType.ReadInline(text, "f")), Read(() => MediaType.ReadInline(json.RootElement, "f")));

        static object Read(Func<InlineMedia> read)
        {
            try
            {
                return read();
            }
            catch (GatewayException refused)
            {
                return refused.Error;
            }
        }
    }

    [Fact]
    public void A_text_is_its_own_document() => Assert.Equal(("aGk=", "hi"), (InlineMedia.OfText("hi").Base64, InlineMedia.OfText("hi").ReadText()));

    [Fact]
    public void Any_bytes_come_out_as_they_went_in() => Generated.Check(FsCheck.Fluent.Gen.ArrayOf(FsCheck.Fluent.Gen.Select(FsCheck.Fluent.Gen.Choose(0, 255), value => (byte)value)), 300, bytes =>
    {
        if (bytes.Length > 0)
            Assert.Equal(bytes, Convert.FromBase64String(MediaType.ReadInline(Convert.ToBase64String(bytes), "f").Base64));
    });
}
