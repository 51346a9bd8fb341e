"""Plans motions of the arm: kinematics, smooth trajectories, and ways around obstacles."""
