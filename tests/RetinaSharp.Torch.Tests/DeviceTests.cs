namespace RetinaSharp.Torch.Tests;

public class DeviceTests
{
    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("cuda", "cuda:0")]
    [InlineData("cuda:0", "cuda:0")]
    [InlineData("cuda:12", "cuda:12")]
    [InlineData("cuda:2147483647", "cuda:2147483647")]
    public void Parse_AName_IsWritten(string text, string written)
    {
        Assert.Equal(written, Device.Parse(text).ToString());
        Assert.Equal(written == "cpu", Device.Parse(text).IsCpu);
    }

    [Theory]
    [InlineData("")]
    [InlineData("CPU")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:1x")]
    [InlineData("cuda:99999999999")]
    [InlineData("meta")]
    public void Parse_AnotherName_SaysWhatThereIs(string text)
    {
        var error = Assert.Throws<FormatException>(() => Device.Parse(text));
        Assert.Contains($"'{text}'", error.Message);
        Assert.Contains("cuda:N", error.Message);
    }

    [Fact]
    public void Device_ByDefault_IsTheProcessor()
    {
        Assert.Equal(Device.Cpu, default);
        Assert.NotEqual(Device.Cpu, Device.Cuda(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Device.Cuda(-1));
    }
}
