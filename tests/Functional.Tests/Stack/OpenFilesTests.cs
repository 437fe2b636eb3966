using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

public class OpenFilesTests
{
    [Fact]
    public async Task A_sidecar_that_may_open_few_files_says_what_they_are_enough_for()
    {
        using var directory = new ScratchDirectory();
        await using var sidecar = RunningProcess.Start(
            "/bin/sh",
            ["-c", "ulimit -n 1024 && exec \"$0\"", Repository.Executable("sidecar")],
            new Dictionary<string, string?> { ["DRAGOMAN_SIDECAR_PORT"] = "0", ["DRAGOMAN_DATA"] = directory.File("data") },
            directory.Path);

        var notice = await sidecar.LineAsync(new Regex("^dragoman-sidecar: this process may open 1024 files, enough for about 815 streams at once"));

        Assert.True(notice.Success);
    }
}
