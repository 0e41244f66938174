using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

public sealed class ShellTests
{
    [Theory]
    [InlineData("runs/a-1_b.c")]
    [InlineData("--size=64x64")]
    [InlineData("1,5-7")]
    public void Quote_PlainArgument_IsUnchanged(string argument) => Assert.Equal(argument, Shell.Quote(argument));

    [Theory]
    [InlineData("", "''")]
    [InlineData("set#train", "'set#train'")]
    [InlineData("a|b", "'a|b'")]
    [InlineData("a<b>c", "'a<b>c'")]
    [InlineData("`a`", "'`a`'")]
    [InlineData("[a]{b}", "'[a]{b}'")]
    [InlineData("~/a", "'~/a'")]
    [InlineData("64!", "'64!'")]
    [InlineData("a\tb\nc", "'a\tb\nc'")]
    [InlineData("it's", @"'it'\''s'")]
    public void Quote_ArgumentThatAShellMayExpand_IsQuoted(string argument, string expected) => Assert.Equal(expected, Shell.Quote(argument));
}
