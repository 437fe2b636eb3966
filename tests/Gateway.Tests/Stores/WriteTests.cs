using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Stores;

/// <summary>What no store accepts.</summary>
public sealed class WriteTests
{
    private static readonly ReadOnlyMemory<byte> Json = "{}"u8.ToArray();

    /// <summary>One fact for all, because a test's arguments cannot have half of a surrogate pair.</summary>
    [Fact]
    public void An_id_that_a_store_cannot_keep_is_refused() => Assert.All(["", "a\0b", "\ud83d", "\ude00\ud83d"], id =>
    {
        Assert.Throws<ArgumentException>(() => DocumentWrite.Put("key", id, Json, WriteCondition.Any));
        Assert.Throws<ArgumentException>(() => DocumentWrite.Put("key", "a", Json, WriteCondition.Any, id));
        Assert.Throws<ArgumentException>(() => new Write(id, [], [Json]));
    });

    [Theory]
    [InlineData(200, 'x', true)]
    [InlineData(201, 'x', false)]
    [InlineData(100, 'é', true)]
    [InlineData(101, 'é', false)]
    public void The_limit_of_an_id_is_in_bytes(int length, char letter, bool allowed)
    {
        var exception = Record.Exception(() => DocumentWrite.Delete("key", new(letter, length), WriteCondition.Any));
        Assert.Equal(allowed, exception is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Key")]
    [InlineData("1key")]
    [InlineData("-key")]
    [InlineData("key,a")]
    [InlineData("schlüssel")]
    [InlineData("a23456789012345678901234567890123")]
    public void A_kind_is_a_simple_word(string kind) => Assert.Throws<ArgumentException>(() => DocumentWrite.Delete(kind, "a", WriteCondition.Any));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(61440, true)]
    [InlineData(61441, false)]
    public void The_size_of_a_document_is_limited(int bytes, bool allowed)
    {
        Assert.Equal(allowed, Record.Exception(() => DocumentWrite.Put("key", "a", new byte[bytes], WriteCondition.Any)) is null);
        Assert.Equal(allowed, Record.Exception(() => new Write("a", [], [new byte[bytes]])) is null);
    }

    [Fact]
    public void The_size_of_a_write_is_limited()
    {
        var documents = Enumerable.Range(0, 11).Select(index => DocumentWrite.Put("key", $"{index}", new byte[StoreLimits.LargestJson], WriteCondition.Any)).ToList();
        Assert.Throws<ArgumentException>(() => new Write("a", documents, []));
        Assert.Equal(10, new Write("a", documents[..10], [new byte[40 * 1024]]).Documents.Count);
        Assert.Throws<ArgumentException>(() => new Write("a", documents[..10], [new byte[(40 * 1024) + 1]]));
    }

    [Fact]
    public void The_number_of_changes_is_limited()
    {
        var documents = Enumerable.Range(0, 21).Select(index => DocumentWrite.Delete("key", $"{index}", WriteCondition.Any)).ToList();
        Assert.Throws<ArgumentException>(() => new Write("a", documents, []));
        Assert.Throws<ArgumentException>(() => new Write("a", [], [.. Enumerable.Repeat(Json, 11)]));
        Assert.Throws<ArgumentException>(() => new Write("a", [], []));
        Assert.Equal(20, new Write("a", documents[..20], [.. Enumerable.Repeat(Json, 10)]).Documents.Count);
    }

    [Fact]
    public void A_write_changes_a_document_once()
    {
        Assert.Throws<ArgumentException>(() => new Write("a", [DocumentWrite.Put("key", "a", Json, WriteCondition.Any), DocumentWrite.Delete("key", "a", WriteCondition.Any)], []));
        Assert.Equal(2, new Write("a", [DocumentWrite.Put("key", "a", Json, WriteCondition.Any), DocumentWrite.Put("team", "a", Json, WriteCondition.Any)], []).Documents.Count);
    }

    [Fact]
    public void A_write_without_an_operation_id_has_a_condition_for_each_document()
    {
        var conditional = DocumentWrite.Put("key", "a", Json, WriteCondition.Absent);
        Assert.Null(Write.Repeatable(conditional, DocumentWrite.Delete("key", "b", WriteCondition.HasVersion(1))).OperationId);
        Assert.Contains("key b", Assert.Throws<ArgumentException>(() => Write.Repeatable(conditional, DocumentWrite.Delete("key", "b", WriteCondition.Any))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Write.Repeatable());
        Assert.Throws<ArgumentException>(() => Write.Repeatable(conditional, conditional));
    }

    [Fact]
    public void What_must_be_absent_is_not_deleted() => Assert.Throws<ArgumentException>(() => DocumentWrite.Delete("key", "a", WriteCondition.Absent));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_version_begins_at_one(long version) => Assert.Throws<ArgumentOutOfRangeException>(() => WriteCondition.HasVersion(version));
}
