using Dragoman.Startup;

namespace Dragoman.Gateway.Tests.Startup;

public sealed class SmallFileTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("dragoman-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void A_file_is_read_up_to_its_bound(int length)
    {
        var path = Path.Combine(directory, "file");
        File.WriteAllBytes(path, new byte[length]);
        Assert.Equal(length, SmallFile.Read(path, 100).Length);
    }

    [Fact]
    public void What_cannot_be_read_says_why()
    {
        var longer = Path.Combine(directory, "longer");
        File.WriteAllBytes(longer, new byte[101]);
        Assert.Equal("is too long; allowed: 100 bytes", ReasonOf(longer));
        Assert.Equal("is a directory; allowed: a file", ReasonOf(directory));
        Assert.Equal("does not exist", ReasonOf(Path.Combine(directory, "missing")));
        Assert.Equal("does not exist", ReasonOf(Path.Combine(directory, "missing", "missing")));
        Assert.Equal("has no name", ReasonOf(""));
        Assert.StartsWith("cannot be read: ", ReasonOf("a\0b"), StringComparison.Ordinal);
        Assert.NotEqual("", ReasonOf(Path.Combine(directory, new string('x', 5000))));
        Assert.NotEqual("", ReasonOf(Path.Combine(longer, "below a file")));
    }

    [Fact]
    public void A_device_without_an_end_is_too_long() => Assert.Equal("is too long; allowed: 100 bytes", ReasonOf("/dev/zero"));

    private static string ReasonOf(string path) => Assert.Throws<SmallFileException>(() => SmallFile.Read(path, 100)).Message;
}
