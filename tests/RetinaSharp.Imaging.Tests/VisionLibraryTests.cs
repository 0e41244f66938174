using RetinaSharp.Imaging.Native;

namespace RetinaSharp.Imaging.Tests;

public class VisionLibraryTests
{
    [Fact]
    public void Load_NothingThere_ListsPlacesAndRemedy()
    {
        using var folder = new TemporaryFolder();

        var e = Assert.Throws<VisionUnavailableException>(() => VisionLibrary.Load([folder.Root, folder.At("other")]));

        Assert.Contains($"{folder.At(VisionLibrary.FileName)}: not there", e.Message);
        Assert.Contains(Path.Combine(folder.At("other"), VisionLibrary.FileName), e.Message);
        Assert.Contains("eng/setup.sh", e.Message);
        Assert.Contains("libopencv-imgcodecs-dev", e.Message);
    }

    [Fact]
    public void Load_NotALibrary_GivesTheLoadersMessage()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At(VisionLibrary.FileName), "not a library");

        var e = Assert.Throws<VisionUnavailableException>(() => VisionLibrary.Load([folder.Root]));

        Assert.DoesNotContain("not there", e.Message);
        Assert.Matches("invalid ELF header|file too short", e.Message);
    }

    [Fact]
    public void Load_BuildsForSeveralSeries_TakesTheOneThatLoads()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("libretinasharp_vision-0.1.so"), "not a library");
        File.Copy(Path.Combine(AppContext.BaseDirectory, VisionLibrary.FileName), folder.At("libretinasharp_vision-9.9.so"));

        Assert.NotEqual(0, VisionLibrary.Load([folder.Root]));
    }
}
