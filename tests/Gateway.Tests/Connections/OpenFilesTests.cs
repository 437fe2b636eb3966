using Dragoman.Connections;

namespace Dragoman.Gateway.Tests.Connections;

public sealed class OpenFilesTests
{
    [Fact]
    public void ALowLimitIsToldWithWhatItIsEnoughForAndHowToRaiseIt()
    {
        var notice = OpenFiles.NoticeOf(1024);

        Assert.Contains("may open 1024 files", notice);
        Assert.Contains("609 streams at once with providers over HTTP/2, 348 over HTTP/1.1", notice);
        Assert.Contains("ulimit -Hn", notice);
        Assert.Contains("LimitNOFILE=", notice);
        Assert.Contains("--ulimit nofile=", notice);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(1_048_576)]
    public void AHighEnoughLimitIsNotWorthAWord(long limit) => Assert.Null(OpenFiles.NoticeOf(limit));

    [Fact]
    public void NoStreamsAreLeftWhereNotEvenTheProcessHasRoom() => Assert.Contains("about 0 streams", OpenFiles.NoticeOf(64));

    [Fact]
    public void TheSoftLimitIsReadFromLinuxsTable()
    {
        string[] table =
        [
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max processes             unlimited            unlimited            processes ",
            "Max open files            1024                 524288               files     ",
        ];

        Assert.Equal(1024, OpenFiles.Parse(table));
    }

    [Theory]
    [InlineData("Max open files            unlimited            unlimited            files     ")]
    [InlineData("Max file size             unlimited            unlimited            bytes     ")]
    [InlineData("")]
    public void NoLimitIsNoNotice(string line) => Assert.Null(OpenFiles.Parse([line]));
}
