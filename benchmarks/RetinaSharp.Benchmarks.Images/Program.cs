// Speed of decoding and resizing, and robustness against corrupt files:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Images -- speed FOLDER SHORT [RUNS]
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Images -- mutate FOLDER COUNT
// `speed` decodes the images of a folder, resized to a short side, on one thread and on two, and prints CPU milliseconds per image and
// images per second. `mutate` modifies, truncates and extends the images of a folder, COUNT files per format, and decodes each twice. It
// exits with 1 if anything but ImageException is thrown, two decodings differ, one takes longer than ten seconds, or the resident set
// exceeds 2 GB.
using RetinaSharp.Benchmarks.Images;

return args switch
{
    ["speed", var folder, var side] => Speed.Run(folder, int.Parse(side), 3),
    ["speed", var folder, var side, var runs] => Speed.Run(folder, int.Parse(side), int.Parse(runs)),
    ["mutate", var folder, var count] => Mutations.Run(folder, int.Parse(count)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("speed FOLDER SHORT [RUNS] | mutate FOLDER COUNT");
    return 2;
}
