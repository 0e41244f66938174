using RetinaSharp.Datasets;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Kernels;

namespace RetinaSharp.Cli.Tests;

public sealed class ErrorReportTests
{
    public static TheoryData<Exception, int> Errors => new()
    {
        { new UsageException("--x"), 2 },
        { new DatasetException("f", "p", "r"), 3 },
        { new WeightsException("f", "r"), 3 },
        { new ImageException("f", "r"), 3 },
        { new AggregateException(new ImageException("f", "r")), 3 },
        { new TorchUnavailableException("m"), 4 },
        { new OperationCanceledException(), 130 },
        { new TrainingDivergedException("box loss", 3, ["a.png"]), 1 },
        { new IOException("full"), 1 },
        { new InvalidOperationException("m"), 1 },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Create_Exception_HasItsCode(Exception error, int code) => Assert.Equal(code, ErrorReport.Create(error).Code);

    [Fact]
    public void Create_OutOfMemory_NamesTheOptions() =>
        Assert.Contains("--batch", ErrorReport.Create(new TorchOperatorException("CUDA out of memory.")).Message);

    [Fact]
    public void Create_TooLittleMemory_NamesTheOptionsOfItsRemedyOnly()
    {
        var message = ErrorReport.Create(new InsufficientMemoryException("Too large: choose a smaller input size or a narrower network.")).Message;

        Assert.EndsWith("(--size, --width).", message);
    }

    [Fact]
    public void Create_Bug_NamesTheDebugVariable() =>
        Assert.Contains("RETINA_DEBUG=1", ErrorReport.Create(new InvalidOperationException("m")).Message);

    [Fact]
    public void Create_RemedyOfALibrary_NamesTheOptions() =>
        Assert.Contains("--lr", ErrorReport.Create(new TrainingDivergedException("box loss", 3, ["a.png"])).Message);

    [Fact]
    public void Guard_ArgumentException_HasTheMessageWithoutTheParameter() =>
        Assert.Equal("bad", Assert.Throws<UsageException>(() => UsageException.Guard(() => throw new ArgumentException("bad", "x"))).Message);
}
